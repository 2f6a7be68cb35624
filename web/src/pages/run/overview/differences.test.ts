import { describe, expect, it } from "vitest";

import { settingDifferences, valueDifferences } from "./differences";

describe("differences between two runs", () => {
  it("of settings are those that only one has or that read otherwise", () => {
    const here = { lr: 1, net: { depth: 3, act: "relu" }, seed: null };
    const there = { lr: 1, net: { depth: 4, act: "relu" }, tag: "x" };
    expect(settingDifferences(here, there)).toEqual([
      { path: "net.depth", here: 3, there: 4 },
      { path: "seed", here: null, there: undefined },
      { path: "tag", here: undefined, there: "x" },
    ]);
  });

  it("tell a number from a text that looks like it", () => {
    expect(settingDifferences({ a: [1] }, { a: ["1"] })).toHaveLength(1);
    expect(settingDifferences({ a: [1, 2] }, { a: [1, 2] })).toEqual([]);
  });

  it("of values are told with how much more this run has", () => {
    const of = (key: string, last: number | string, rank = 0) => ({ key, rank, last });
    const here = [of("loss", 0.5), of("acc", 0.9), of("nan", "NaN"), of("loss", 3, 1)];
    const there = [of("loss", 0.75), of("acc", 0.9), of("nan", 1), of("new", 2)];
    expect(valueDifferences(here, there)).toEqual([
      { key: "loss", rank: 0, here: 0.5, there: 0.75, more: -0.25 },
      { key: "loss", rank: 1, here: 3, there: undefined, more: null },
      { key: "nan", rank: 0, here: "NaN", there: 1, more: null },
      { key: "new", rank: 0, here: undefined, there: 2, more: null },
    ]);
  });
});
