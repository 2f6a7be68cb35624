import { describe, expect, it } from "vitest";

import { gridSections } from "./gridSections";
import { parseNames } from "./names";
import type { ChartSpec } from "./spec";

const titles = { unsorted: "charts", hidden: "Hidden", pinned: "Pinned" };
const charts = ["lr", "train/acc", "train/loss", "val/loss"].map((key) => ({ key, ranks: [0] }));

function shown(pins: string[], hidden: string[] = []): [string, string[]][] {
  const defined = (key: string) => ({ hidden: hidden.includes(key) });
  const specOf = ({ key }: { key: string }) => ({ title: key }) as ChartSpec;
  return gridSections(charts, defined, specOf, titles, pins).map((section) => [
    section.title,
    section.charts.map(({ title }) => title),
  ]);
}

describe("pinned charts", () => {
  it("stand on top in the order they were pinned, and nowhere else", () => {
    expect(shown(["val/loss", "train/acc"])).toEqual([
      ["Pinned", ["val/loss", "train/acc"]],
      ["charts", ["lr"]],
      ["train", ["train/loss"]],
    ]);
  });

  it("that are not there make no section", () => {
    expect(shown(["gone"]).map(([title]) => title)).toEqual(["charts", "train", "val"]);
  });

  it("are shown although the training hides them", () => {
    expect(shown(["lr"], ["lr", "train/acc"])).toEqual([
      ["Pinned", ["lr"]],
      ["train", ["train/loss"]],
      ["val", ["val/loss"]],
      ["Hidden", ["train/acc"]],
    ]);
  });
});

it("names are read from addresses and storage, and damage is no name", () => {
  expect(parseNames(["a", 1, "b"])).toEqual(["a", "b"]);
  expect(parseNames('["a"]')).toEqual(["a"]);
  for (const damaged of ["{", '{"a":1}', null, undefined, 7])
    expect(parseNames(damaged)).toEqual([]);
});
