import { describe, expect, it } from "vitest";

import { moved, neighbour, ordered } from "./arrange";
import { different, entryOf, nearest, withEntry } from "./looks";
import { DEFAULTS } from "./settings";

describe("an order made by dragging", () => {
  it("names what stands first; the rest follows as it came", () => {
    expect(ordered(["a", "b", "c"], ["c", "gone"], (one) => one)).toEqual(["c", "a", "b"]);
  });

  it.each([
    [[], "c", "a", ["c", "a", "b", "d"]],
    [[], "a", null, ["b", "c", "d", "a"]],
    [["d", "c"], "a", "c", ["d", "a", "c", "b"]],
    [["b"], "b", "b", ["b"]],
  ])("%j with %s put before %s", (order, id, before, expected) => {
    expect(moved(order, ["a", "b", "c", "d"], id, before)).toEqual(expected);
  });

  it("keeps the place of what is not shown just now", () => {
    expect(moved(["x", "a", "y", "b", "z"], ["a", "b"], "a", null)).toEqual([
      "x",
      "y",
      "b",
      "a",
      "z",
    ]);
  });

  it("goes one place to the left or right, and not beyond the ends", () => {
    const shown = ["a", "b", "c"];
    expect([neighbour(shown, "a", -1), neighbour(shown, "c", 1)]).toEqual([undefined, undefined]);
    expect(moved([], shown, "b", neighbour(shown, "b", -1) ?? null)).toEqual(["b", "a", "c"]);
    expect(moved([], shown, "a", neighbour(shown, "a", 1) ?? null)).toEqual(["b", "a", "c"]);
    expect(moved([], shown, "b", neighbour(shown, "b", 1) ?? null)).toEqual(["a", "c", "b"]);
  });
});

describe("settings at three levels", () => {
  it("go by the nearest that says something", () => {
    const page = { ...DEFAULTS, smoothing: 0.9, y: "log" } as const;
    const found = nearest(page, { smoothing: 0.5, x: "wall" }, { smoothing: 0, title: "T" });
    expect(found).toMatchObject({ smoothing: 0, x: "wall", y: "log", title: "T" });
  });

  it("keep only what is different from the level above", () => {
    expect(different({ y: "log", x: "auto" }, DEFAULTS)).toEqual({ y: "log" });
  });

  it("forget a level that says nothing", () => {
    expect(withEntry({ a: { y: 1 } }, "a", {})).toEqual({});
    expect(withEntry({ a: { y: 1 } }, "b", { y: 2 })).toEqual({ a: { y: 1 }, b: { y: 2 } });
  });

  it("are not found on what every object has", () => {
    expect(entryOf<object>({}, "constructor")).toBeUndefined();
  });
});
