import { describe, expect, it } from "vitest";

import type { Series } from "@/api/messages";

import { summaryRows } from "./summaryRows";

const of = (key: string, rank = 0) => ({ key, rank }) as Series;
const told = (series: Series[], folded: string[] = []) =>
  summaryRows(series, new Set(folded)).map((row) =>
    row.kind === "group"
      ? `${row.name} (${row.count})`
      : `${row.depth} ${row.label} ${row.series.rank}`,
  );

describe("the summary", () => {
  const series = [of("train/loss"), of("layer10"), of("val/loss", 1), of("val/loss"), of("layer2")];

  it("puts keys under what they begin with, those without a beginning first", () => {
    expect(told(series)).toEqual([
      "0 layer2 0",
      "0 layer10 0",
      "train (1)",
      "1 loss 0",
      "val (2)",
      "1 loss 0",
      "1 loss 1",
    ]);
  });

  it("folds", () => {
    expect(told(series, ["val", "train"])).toEqual([
      "0 layer2 0",
      "0 layer10 0",
      "train (1)",
      "val (2)",
    ]);
  });

  it("needs no heading where there is one beginning only", () => {
    expect(told([of("train/a"), of("train/b")])).toEqual(["0 train/a 0", "0 train/b 0"]);
  });
});
