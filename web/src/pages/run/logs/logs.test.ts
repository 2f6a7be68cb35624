import { describe, expect, it } from "vitest";

import type { Console, ConsoleHits, LogLine } from "@/api/messages";

import { makeFinder } from "./finder";
import { KEPT, makeLogStore, PAGE } from "./store";
import { firstFrom, levelName, plainText, spansOf, stepTo } from "./text";

function line(number: number, text = `line ${number}`, level = 20): LogLine {
  return { line: number, time: 0, level, stream: 1, text };
}

const many = (count: number) => Array.from({ length: count }, (_, number) => line(number));

/** A run's console as the server answers for it, a search by 1,000 lines. */
function consoleOf(lines: LogLine[], level = 0) {
  const asked: { first?: number; limit: number }[] = [];
  const parts = [{ writer: "w", host: "", pid: 1, started: 0, at: 0 }];
  const fetchConsole = async (query: { first?: number; limit: number }): Promise<Console> => {
    asked.push(query);
    const total = lines.length;
    const first = query.first ?? Math.max(0, total - query.limit);
    const found = lines.slice(first).filter((one) => one.level >= level);
    return {
      rank: 0,
      ranks: [{ rank: 0, host: "" }],
      parts: [...parts],
      total,
      lines: found.slice(0, query.limit),
    };
  };
  const finder = (text = "") =>
    makeFinder(async (first): Promise<ConsoleHits> => {
      const end = Math.max(first, Math.min(lines.length, first + 1000));
      const hits = lines.slice(first, end).filter((one) => one.text.includes(text));
      const places = hits.filter((one) => one.level >= level).map((one) => one.line);
      return { places, end, total: lines.length };
    });
  return { asked, parts, fetchConsole, finder };
}

const texts = (store: ReturnType<typeof makeLogStore>, first: number, end: number) =>
  Array.from({ length: end - first }, (_, i) => store.row(first + i).line?.text);

describe("the log store", () => {
  it("begins with the newest lines", async () => {
    const store = makeLogStore(consoleOf(many(5500)).fetchConsole);
    await store.refresh();
    expect(store.snapshot()).toMatchObject({ total: 5500, rows: 5500 });
    expect(texts(store, 5498, 5500)).toEqual(["line 5498", "line 5499"]);
    expect(texts(store, 4000, 4001)).toEqual([undefined]);
  });

  it("fetches a page once, however often it is wanted", async () => {
    const { asked, fetchConsole } = consoleOf(many(5500));
    const store = makeLogStore(fetchConsole);
    await store.refresh();
    await Promise.all([store.want(10, 50), store.want(20, 60)]);
    await store.want(0, PAGE);
    expect(asked).toHaveLength(2);
    expect(texts(store, 0, 1)).toEqual(["line 0"]);
  });

  it("holds a few pages of a console however long it is, those looked at last", async () => {
    const { asked, fetchConsole } = consoleOf(many((KEPT + 5) * PAGE));
    const store = makeLogStore(fetchConsole);
    await store.refresh();
    await store.want(0, (KEPT + 4) * PAGE);
    const held = texts(store, 0, (KEPT + 5) * PAGE).filter((text) => text !== undefined);
    expect(held).toHaveLength(KEPT * PAGE);
    const before = asked.length;
    await store.want(0, 10);
    expect(asked).toHaveLength(before + 1);
    expect(texts(store, 0, 1)).toEqual(["line 0"]);
  });

  it("takes up new lines and replaces a progress bar", async () => {
    const lines = [line(0), line(1, "10 %")];
    const store = makeLogStore(consoleOf(lines).fetchConsole);
    await store.refresh();
    lines[1] = line(1, "90 %");
    lines.push(line(2));
    await store.refresh();
    expect(texts(store, 0, 3)).toEqual(["line 0", "90 %", "line 2"]);
  });

  it("goes on after a burst longer than one answer", async () => {
    const lines = many(10);
    const store = makeLogStore(consoleOf(lines).fetchConsole);
    await store.refresh();
    for (let number = 10; number < 4321; number++) lines.push(line(number));
    await store.refresh();
    expect(store.snapshot().rows).toBe(4321);
    await store.want(0, 4321);
    expect(texts(store, 0, 4321)).toEqual(lines.map(({ text }) => text));
  });

  it("shows the lines of a level alone, under their own numbers", async () => {
    const lines = many(3000).map(({ line: n, text }) => line(n, text, n % 2 === 0 ? 40 : 20));
    const { fetchConsole, finder } = consoleOf(lines, 30);
    const store = makeLogStore(fetchConsole, finder());
    await store.refresh();
    expect(store.snapshot()).toMatchObject({ total: 3000, rows: 1500 });
    await store.want(1200, 1210);
    expect(store.row(1205)).toMatchObject({ place: 2410, line: { text: "line 2410" } });
    expect(store.rowOf(2410)).toBe(1205);
    lines.push(line(3000, "new", 40));
    await store.refresh();
    await store.want(1490, 1501);
    expect(texts(store, 1499, 1501)).toEqual(["line 2998", "new"]);
  });

  it("begins anew when lines came in before others", async () => {
    const lines = many(5);
    const { parts, fetchConsole } = consoleOf(lines);
    const store = makeLogStore(fetchConsole);
    await store.refresh();
    parts.unshift({ writer: "earlier", host: "", pid: 1, started: 0, at: 0 });
    lines.unshift(line(0, "earlier"));
    lines.forEach((one, i) => (lines[i] = { ...one, line: i }));
    await store.refresh();
    await store.want(0, 6);
    expect(texts(store, 0, 2)).toEqual(["earlier", "line 0"]);
  });

  it("keeps what it has when the server is lost, and says so", async () => {
    let lost = false;
    const { fetchConsole } = consoleOf(many(3));
    const store = makeLogStore((query) =>
      lost ? Promise.reject(new Error("gone")) : fetchConsole(query),
    );
    await store.refresh();
    lost = true;
    await expect(store.refresh()).rejects.toThrow("gone");
    expect(store.snapshot().error).toBeInstanceOf(Error);
    expect(store.snapshot().rows).toBe(3);
    lost = false;
    await store.refresh();
    expect(store.snapshot().error).toBeNull();
  });
});

describe("a search", () => {
  it("goes through all lines, stretch by stretch, and on when there are more", async () => {
    const lines = many(2500);
    const finder = consoleOf(lines).finder("7");
    const expected = () => lines.filter(({ text }) => text.includes("7")).map((one) => one.line);
    await finder.extend(2500);
    expect(finder.snapshot()).toMatchObject({ searched: 2500, places: expected() });
    lines[2499] = line(2499, "now 7");
    lines.push(line(2500, "7"));
    await finder.extend(2501);
    expect(finder.snapshot().places).toEqual(expected());
  });

  it("tells what was found so far when the server is lost, and goes on", async () => {
    let lost = true;
    const finder = makeFinder(async (first) => {
      if (first > 0 && lost) throw new Error("gone");
      return { places: [first], end: first + 500, total: 1000 };
    });
    await finder.extend(1000);
    expect(finder.snapshot()).toMatchObject({ places: [0], searched: 500 });
    expect(finder.snapshot().error).toBeInstanceOf(Error);
    lost = false;
    await finder.extend(1000);
    expect(finder.snapshot().error).toBeNull();
    expect(finder.snapshot().searched).toBeGreaterThanOrEqual(1000);
  });
});

describe("lines", () => {
  it("lose their escape sequences", () => {
    expect(plainText("\u001B[1;31mred\u001B[0m \u001B]0;title\u0007end")).toBe("red end");
  });

  it("have the level below which their number lies", () => {
    expect([5, 10, 20, 25, 30, 40, 50].map(levelName)).toEqual([
      "debug",
      "debug",
      "info",
      "info",
      "warning",
      "error",
      "error",
    ]);
  });

  it("are gone through from where one is, round and round", () => {
    expect(firstFrom([2, 5, 9], 6)).toBe(2);
    expect(stepTo([2, 5, 9], null, 4, 1)).toBe(5);
    expect(stepTo([2, 5, 9], 5, 0, 1)).toBe(9);
    expect(stepTo([2, 5, 9], 9, 0, 1)).toBe(2);
    expect(stepTo([2, 5, 9], 2, 0, -1)).toBe(9);
    expect(stepTo([2, 5, 9], null, 10, 1)).toBe(2);
    expect(stepTo([], null, 0, 1)).toBeNull();
  });

  it("show where they match: a search is no expression", () => {
    expect(spansOf("a.b", "A.b axb")).toEqual([[0, 3]]);
    expect(spansOf("[x", "a[x][X")).toEqual([
      [1, 3],
      [4, 6],
    ]);
    expect(spansOf("", "a")).toEqual([]);
  });
});
