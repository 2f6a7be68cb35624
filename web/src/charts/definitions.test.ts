import { describe, expect, it } from "vitest";

import type { Definition } from "@/api/messages";

import { covers, definedFor } from "./definitions";

const define = (key: string, parts: Partial<Definition> = {}): Definition => ({
  key,
  x_axis: null,
  section: null,
  hidden: null,
  step_sync: null,
  ...parts,
});

describe("a pattern", () => {
  it.each([
    ["loss", "loss", true],
    ["loss", "val/loss", false],
    ["*", "anything/at all", true],
    ["val/*", "val/a/b", true],
    ["val/*", "val", false],
    ["*/loss", "val/loss", true],
    ["a*b*c", "a--b--b-c", true],
    ["a*b*c", "a--c--b", false],
    ["ab*ba", "aba", false],
    ["a**b", "ab", true],
    ["a?[b]", "a?[b]", true],
    ["a?[b]", "axb", false],
  ])("%s against %s: %s", (pattern, key, matches) => {
    expect(covers(pattern, key)).toBe(matches);
  });

  it("of many stars is done at once", () => {
    expect(covers(`${"*a".repeat(200)}b`, "a".repeat(512))).toBe(false);
  });
});

describe("what holds for a key", () => {
  it("comes part by part from the nearest definition that says it", () => {
    const defined = definedFor([
      define("val/loss", { section: "Main" }),
      define("val/*", { x_axis: "epoch", hidden: true }),
      define("*", { x_axis: "_relative_time", section: "Other", hidden: false }),
    ]);
    expect(defined("val/loss")).toEqual({ x: "metric:epoch", section: "Main", hidden: true });
    expect(defined("loss")).toEqual({ x: "relative", section: "Other", hidden: false });
  });

  it("is nothing where nobody said anything", () => {
    expect(definedFor([])("loss")).toEqual({});
  });

  it("of two patterns as long is what was said last", () => {
    const defined = definedFor([define("val*", { x_axis: "a" }), define("*oss", { x_axis: "b" })]);
    expect(defined("valoss").x).toBe("metric:b");
  });

  it("may be one of the axes that every run has", () => {
    const defined = definedFor([
      define("a", { x_axis: "_step" }),
      define("b", { x_axis: "_wall_time" }),
      define("c", { x_axis: "constructor" }),
    ]);
    expect([defined("a").x, defined("b").x, defined("c").x]).toEqual([
      "step",
      "wall",
      "metric:constructor",
    ]);
  });
});
