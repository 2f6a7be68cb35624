import { describe, expect, it } from "vitest";

import { chartsOf, inBlocks, sectionsOf } from "./sections";

const series = (...keys: string[]) => keys.map((key) => ({ key, rank: 0 }));

describe("sections", () => {
  it("take the text before the first slash; keys without one come first", () => {
    const sections = sectionsOf(chartsOf(series("val/loss", "lr", "train/a/b", "train/loss")));
    expect(sections.map((section) => section.name)).toEqual(["", "train", "val"]);
    expect(sections[1]?.charts.map((chart) => chart.key)).toEqual(["train/a/b", "train/loss"]);
  });

  it("order keys as people count", () => {
    const keys = chartsOf(series("layer10", "layer2", "layer1")).map((chart) => chart.key);
    expect(keys).toEqual(["layer1", "layer2", "layer10"]);
  });

  it("do not take a leading slash for a prefix", () => {
    expect(sectionsOf(chartsOf(series("/loss")))[0]?.name).toBe("");
  });

  it("draw all ranks of a key in one chart", () => {
    const charts = chartsOf([
      { key: "loss", rank: 1 },
      { key: "loss", rank: 0 },
    ]);
    expect(charts).toEqual([{ key: "loss", ranks: [0, 1] }]);
  });

  it("stand where the training said instead", () => {
    const defined = { key: "val/loss", ranks: [0], section: "Main" };
    const sections = sectionsOf([defined, ...chartsOf(series("Main/a"))]);
    expect(sections.map(({ name, charts }) => [name, charts.length])).toEqual([["Main", 2]]);
  });

  it("cut into blocks that together are the whole", () => {
    const items = Array.from({ length: 25 }, (_, i) => i);
    const blocks = inBlocks(items, 12);
    expect(blocks.map((block) => block.length)).toEqual([12, 12, 1]);
    expect(blocks.flat()).toEqual(items);
  });
});
