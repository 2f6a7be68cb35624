import { describe, expect, it } from "vitest";

import { gridSections } from "./gridSections";
import { EMPTY, type Layout } from "./layout";
import { parseNames } from "./names";
import type { ChartSpec } from "./spec";

const titles = { unsorted: "charts", hidden: "Hidden", pinned: "Pinned" };
const charts = ["lr", "train/acc", "train/loss", "val/loss"].map((key) => ({ key, ranks: [0] }));

function shown(
  pins: string[],
  hidden: string[] = [],
  layout: Layout = EMPTY,
): [string, string[]][] {
  const defined = (key: string) => ({ hidden: hidden.includes(key) });
  const specOf = ({ key }: { key: string }) => ({ title: key }) as ChartSpec;
  const made = layout.charts.map(({ id, section }) => ({
    section,
    spec: { title: id } as ChartSpec,
  }));
  return gridSections(charts, defined, specOf, titles, { pins, layout, made }).map((section) => [
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

describe("an arrangement", () => {
  const made = { kind: "bar", value: "last.lr", by: "", scope: "drawn", title: "" } as const;
  const layout: Layout = {
    ...EMPTY,
    charts: [{ ...made, id: "c1", section: "val" }],
    sections: { ...EMPTY.sections, order: ["val"], charts: { train: ["train/loss"] } },
    hidden: ["lr"],
  };

  it("puts sections and charts where they were dragged, and what was hidden at the end", () => {
    expect(shown([], [], layout)).toEqual([
      ["val", ["val/loss", "c1"]],
      ["train", ["train/loss", "train/acc"]],
      ["Hidden", ["lr"]],
    ]);
  });

  it("shows a chart that somebody made among the pinned ones", () => {
    expect(shown(["c1"], [], layout)[0]).toEqual(["Pinned", ["c1"]]);
  });
});

it("names are read from addresses and storage, and damage is no name", () => {
  expect(parseNames(["a", 1, "b"])).toEqual(["a", "b"]);
  expect(parseNames('["a"]')).toEqual(["a"]);
  for (const damaged of ["{", '{"a":1}', null, undefined, 7])
    expect(parseNames(damaged)).toEqual([]);
});
