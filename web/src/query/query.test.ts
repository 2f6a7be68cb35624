import { describe, expect, it } from "vitest";

import cases from "../../../tests/api/queries.json";
import { complete, type Known } from "./complete";
import { readQuery } from "./parse";
import { printQuery } from "./print";
import { fieldOf, fieldText } from "./read";

describe("the language of filters", () => {
  it.each(cases.good.map(([text, tree]) => [String(text), tree] as const))(
    "reads %s",
    (text, tree) => {
      expect(readQuery(text)).toEqual({ tree, error: null });
    },
  );

  it.each(cases.good.map(([text]) => String(text)))(
    "prints %s so that it is read alike",
    (text) => {
      const { tree } = readQuery(text);
      if (tree === null) throw new Error("not read");
      expect(readQuery(printQuery(tree))).toEqual({ tree, error: null });
    },
  );

  it.each(
    cases.bad.filter(([text]) => text !== "").map(([text, at]) => [String(text), at] as const),
  )("points at the place in %s", (text, at) => {
    const { tree, error } = readQuery(text);
    expect(tree).toBeNull();
    expect(error?.at).toBe(at);
    expect(error?.end).toBeGreaterThanOrEqual(error?.at ?? 0);
  });

  it("says nothing where nothing is written", () => {
    expect(readQuery("  ")).toEqual({ tree: null, error: null });
  });

  it("refuses what is no regular expression, and too much within each other", () => {
    expect(readQuery('name ~ "("').error?.code).toBe("pattern");
    expect(readQuery("(".repeat(100)).error?.code).toBe("deep");
  });

  it.each([
    "summary.loss.last",
    "summary.loss.min.last",
    "summary.name.max",
    "summary.and.min",
    "summary.my loss.mean",
    "summary.config.x.last",
    "config.a b.c",
    "config.lr",
    "tags",
  ])("writes the field %s so that it is read alike", (field) => {
    expect(fieldOf(fieldText(field))).toBe(field);
  });
});

describe("completion", () => {
  const known: Known = {
    keys: ["train/loss", "val/acc", "my metric"],
    paths: ["lr", "optimizer.name"],
    valuesOf: (field) => (field === "tags" ? ["base line"] : field === "config.lr" ? ["0.1"] : []),
  };
  const at = (text: string) => complete(text, text.length, known);
  const texts = (text: string) => at(text).choices.map((choice) => choice.text);

  it("offers fields, by some of their letters too", () => {
    expect(texts("")).toContain("`my metric`.min");
    expect(texts("trls")[0]).toBe("train/loss");
    expect(texts("loss < 1 and opt")[0]).toBe("config.optimizer.name");
    expect(at("loss < 1 and opt")).toMatchObject({ from: 13, to: 16 });
  });

  it("offers what the field can be asked, values in use and joining words", () => {
    expect(texts("duration ")).toEqual(["<", "<=", ">", ">=", "exists"]);
    expect(texts("state = fi")).toEqual(["finished"]);
    expect(texts("state in [finished, cr")[0]).toBe("crashed");
    expect(texts("config.lr = ")).toEqual(["0.1"]);
    expect(texts("tags contains ")).toEqual(['"base line"']);
    expect(texts('tags contains "ba')).toEqual(['"base line"']);
    expect(texts('"x" in ')).toEqual(["[", "tags"]);
    expect(texts("loss < 1 ")).toEqual(["and", "or"]);
    expect(texts("state in [finished] ")).toEqual(["and", "or"]);
  });
});
