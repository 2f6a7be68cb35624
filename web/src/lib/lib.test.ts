// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

import { cn } from "./classes";
import { csvCell, toCsv } from "./csv";
import { flatten } from "./flatten";
import { safeNext } from "./next";
import { parseSearch } from "./search";
import { loginCommand, script } from "./snippets";
import { compareCells, parseSorting, writeSorting } from "./sort";

describe("flatten", () => {
  it("joins nested keys by dots and keeps lists and empty objects as values", () => {
    const flat = flatten({ lr: 1e-4, model: { name: "vit", head: { dim: 3 } }, tags: [1], x: {} });
    expect([...flat]).toEqual([
      ["lr", 1e-4],
      ["model.name", "vit"],
      ["model.head.dim", 3],
      ["tags", [1]],
      ["x", {}],
    ]);
  });

  it("keeps the first of two paths that are spelled alike", () => {
    expect([...flatten({ "a.b": 1, a: { b: 2 } })]).toEqual([["a.b", 1]]);
  });

  it("keeps null and false", () => {
    expect([...flatten({ a: null, b: false }).values()]).toEqual([null, false]);
  });
});

describe("search", () => {
  it("finds plain words anywhere, in any case", () => {
    expect(parseSearch("Swan").matches("black-swan-1")).toBe(true);
    expect(parseSearch("").matches("anything")).toBe(true);
  });

  it("takes special characters as a regular expression", () => {
    const { matches } = parseSearch("^lr=(1e-4|0.0001)$");
    expect(matches("lr=0.0001")).toBe(true);
    expect(matches("xlr=0.0001")).toBe(false);
  });

  it("takes a half-typed expression as plain text and says so", () => {
    const search = parseSearch("loss(");
    expect(search.invalid).toBe(true);
    expect(search.matches("my loss(x)")).toBe(true);
  });
});

describe("sorting", () => {
  const sorted = (values: unknown[], desc = false) =>
    values.toSorted((a, b) => compareCells(a, b, desc));

  it("puts what is missing last in both directions", () => {
    expect(sorted([null, 2, undefined, 1])).toEqual([1, 2, null, undefined]);
    expect(sorted([null, 1, 2], true)).toEqual([2, 1, null]);
  });

  it("orders numbers, infinities and NaN", () => {
    const values = [Number.NaN, 3, Number.POSITIVE_INFINITY, -1, Number.NEGATIVE_INFINITY];
    expect(sorted(values)).toEqual([
      Number.NEGATIVE_INFINITY,
      -1,
      3,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
  });

  it("orders names by the numbers in them", () => {
    expect(sorted(["run-10", "run-9"])).toEqual(["run-9", "run-10"]);
  });

  it("stands in the address only where it is not the default", () => {
    const fallback = { id: "created", desc: true };
    expect(parseSorting(undefined, fallback)).toBe(fallback);
    expect(parseSorting("-last.train/loss", fallback)).toEqual({
      id: "last.train/loss",
      desc: true,
    });
    expect(writeSorting(fallback, fallback)).toBeUndefined();
    expect(writeSorting({ id: "name", desc: false }, fallback)).toBe("name");
  });
});

describe("csv", () => {
  it("quotes what needs it", () => {
    expect(
      toCsv(
        ["a", "b"],
        [
          ['x"y', 1.5],
          ["1,2", null],
        ],
      ),
    ).toBe('a,b\r\n"x""y",1.5\r\n"1,2",\r\n');
  });

  it("defuses formulas but not negative numbers", () => {
    expect(csvCell("=HYPERLINK(1)")).toBe("'=HYPERLINK(1)");
    expect(csvCell("-0.5")).toBe("-0.5");
  });
});

describe("where to go after signing in", () => {
  it.each([
    ["/@a/b?tab=logs#x", "/@a/b?tab=logs#x"],
    [undefined, "/"],
    ["https://evil.example/", "/"],
    ["//evil.example/", "/"],
    [String.raw`/\evil.example`, "/"],
    ["javascript:alert(1)", "/"],
    ["/login?next=/x", "/"],
  ])("takes %s to %s", (next, place) => expect(safeNext(next)).toBe(place));
});

it("writes snippets with the real host and project", () => {
  expect(loginCommand("http://lab:5093")).toContain("--host http://lab:5093 --api-key");
  expect(script({ project: 'a"b' })).toContain(String.raw`project="a\"b", config`);
  expect(script({ project: "p", workspace: "w" })).toContain('workspace="w"');
});

it("keeps a colour beside one of our text sizes", () => {
  expect(cn("text-bad", "text-small")).toBe("text-bad text-small");
});
