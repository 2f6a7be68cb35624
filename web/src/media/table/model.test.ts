import { describe, expect, it } from "vitest";

import {
  bound,
  chosenRows,
  isMedia,
  isNumeric,
  joined,
  parseTable,
  passes,
  stacked,
} from "./model";

const source = {
  workspace: "w",
  project: "p",
  run: "r",
  runName: "run",
  color: "teal",
  key: "k",
  rank: 0,
};
const item = {
  format: "json",
  caption: null,
  meta: {},
  text: null,
  digest: "t",
  size: 1,
  error: null,
  files: { "0": "digest" },
};
const text = JSON.stringify({
  columns: ["id", "picture", "guess"],
  rows: [
    [10, { media: "0", kind: "image", format: "png", caption: "a cat" }, "cat"],
    [9, { media: "1", kind: "image", format: "png", caption: null }, "Dog"],
    [null, null, "cat"],
  ],
});
const table = bound(parseTable(text), source, 3, item);
const all = { matches: () => true, filters: new Map<number, string>(), sorting: null };
const ids = (rows: typeof table.rows) => rows.map(([id]) => id);

describe("a table", () => {
  it("knows where the bytes of its media are, also of those that are still to come", () => {
    const [first, second] = table.rows.map((row) => row[1] ?? null);
    expect(first && isMedia(first) && first.item.digest).toBe("digest");
    expect(second && isMedia(second) && second.item.digest).toBeNull();
    expect(() => parseTable("[1]")).toThrow("columns and rows");
  });

  it("is sorted, what is missing last either way", () => {
    const by = (desc: boolean) => chosenRows(table, { ...all, sorting: { id: "0", desc } });
    expect(ids(by(false))).toEqual([9, 10, null]);
    expect(ids(by(true))).toEqual([10, 9, null]);
    expect([isNumeric(table, 0), isNumeric(table, 2)]).toEqual([true, false]);
  });

  it("is searched, captions too, and filtered by column", () => {
    const matches = (cell: string) => cell.includes("a cat");
    expect(ids(chosenRows(table, { ...all, matches }))).toEqual([10]);
    const filters = new Map([
      [0, ">= 9"],
      [2, "dog"],
    ]);
    expect(ids(chosenRows(table, { ...all, filters }))).toEqual([9]);
  });

  it("takes comparisons of numbers and of texts", () => {
    expect([passes(10, "> 9"), passes(10, "<9"), passes(null, "> 0")]).toEqual([
      true,
      false,
      false,
    ]);
    expect([passes("cat", "= CAT"), passes("cat", "!= cat"), passes("cats", "at")]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe("tables of several runs", () => {
  const other = {
    columns: ["id", "guess", "p"],
    rows: [
      [9, "dog", 0.5],
      [11, "emu", 0.1],
    ],
  };
  const mine = {
    columns: ["id", "guess"],
    rows: table.rows.slice(0, 2).map(([id, , g]) => [id ?? null, g ?? null]),
  };
  const parts = [
    { from: "a", table: mine },
    { from: "b", table: other },
  ];

  it("stand under each other with the run before them", () => {
    const found = stacked(parts, "run");
    expect(found.columns).toEqual(["run", "id", "guess", "p"]);
    expect(found.rows[0]).toEqual(["a", 10, "cat", null]);
    expect(found.rows.at(-1)).toEqual(["b", 11, "emu", 0.1]);
  });

  it("are joined by a column; what says the same stands once", () => {
    const found = joined(parts, "id");
    expect(found.columns).toEqual(["id", "guess · a", "guess · b", "p"]);
    expect(found.rows).toEqual([
      [10, "cat", null, null],
      [9, "Dog", "dog", 0.5],
      [11, null, "emu", 0.1],
    ]);
  });
});
