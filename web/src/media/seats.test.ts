import { describe, expect, it } from "vitest";

import { makeSeats, type Sitter } from "./seats";

/** A sitter that notes what happens to it. */
function sitter(name: string, notes: string[]): Sitter {
  return {
    begin: () => void notes.push(`${name} begins`),
    end: () => {
      notes.push(`${name} ends`);
      return Promise.resolve();
    },
  };
}

const soon = () => new Promise((done) => setTimeout(done, 0));

describe("seats", () => {
  it("are taken in turn: the one used longest ago makes room once it has drawn", async () => {
    const notes: string[] = [];
    const seats = makeSeats(2);
    const [a, b, c] = ["a", "b", "c"].map((name) => sitter(name, notes)) as [
      Sitter,
      Sitter,
      Sitter,
    ];
    for (const one of [a, b, c]) seats.ask(one);
    expect(notes).toEqual(["a begins", "b begins"]);
    seats.settle(b);
    await soon();
    expect(notes.slice(2)).toEqual(["b ends", "c begins"]);
  });

  it("are kept by whoever is used", async () => {
    const notes: string[] = [];
    const seats = makeSeats(2);
    const [a, b, c] = ["a", "b", "c"].map((name) => sitter(name, notes)) as [
      Sitter,
      Sitter,
      Sitter,
    ];
    for (const one of [a, b]) {
      seats.ask(one);
      seats.settle(one);
    }
    seats.ask(a);
    seats.ask(c);
    await soon();
    expect(notes.slice(2)).toEqual(["b ends", "c begins"]);
  });

  it("are free again when somebody leaves, who is not told so", async () => {
    const notes: string[] = [];
    const seats = makeSeats(1);
    const [a, b] = ["a", "b"].map((name) => sitter(name, notes)) as [Sitter, Sitter];
    seats.ask(a);
    seats.ask(b);
    seats.leave(a);
    await soon();
    expect(notes).toEqual(["a begins", "b begins"]);
  });
});
