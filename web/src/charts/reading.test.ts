import { describe, expect, it } from "vitest";

import type { FrameChart, FrameSeries } from "@/api/frame";

import { toTable } from "./columns";
import { lineStyle } from "./palette";
import { markText, MOST_ROWS, read, tableRows } from "./reading";
import type { ChartSpec } from "./spec";

const words = {
  step: (step: string) => `step ${step}`,
  steps: (from: string, to: string) => `steps ${from}-${to}`,
  runs: (count: number) => `${count} runs`,
};

function chartOf(
  values: number[][],
  extra: Partial<FrameSeries> = {},
  kind: Partial<FrameChart> = {},
) {
  const frame: FrameChart = {
    kind: "points",
    width: 1,
    x: Float64Array.from(values[0] ?? [], (_, i) => i * 1000),
    series: values.map((last) => ({
      run: "r",
      key: "k",
      rank: 0,
      count: last.length,
      last: new Float32Array(last),
      min: null,
      max: null,
      mean: null,
      time: Float64Array.from(last, (_, i) => 1e12 + i * 60_000),
      step: null,
      leftOut: 0,
      nonfinite: [],
      ...extra,
    })),
    ...kind,
  };
  const spec: ChartSpec = {
    title: "k",
    lines: values.map((_, i) => ({
      run: "r",
      key: "k",
      rank: 0,
      label: `line ${i}`,
      style: lineStyle(i),
      origin: 1e12,
    })),
    x: "step",
    y: "linear",
    smoothing: 0,
    unit: "",
    atLeast: null,
    language: "en",
  };
  return { table: toTable(frame, spec), spec };
}

const at = (index: number, lines: number, y: number) => ({
  indices: Array.from({ length: lines }, () => index),
  distance: (value: number) => Math.abs(value - y),
});

describe("read", () => {
  it("sorts by value and marks the line nearest to the cursor", () => {
    const { table, spec } = chartOf([[1], [3], [2]]);
    const reading = read(table, spec, at(0, 3, 2.1), words);
    expect(reading?.rows.map((row) => row.text)).toEqual(["3", "2", "1"]);
    expect(reading?.rows.map((row) => row.nearest)).toEqual([false, true, false]);
  });

  it("says the step, the time since the start and the wall time", () => {
    const { table, spec } = chartOf([[1, 2]]);
    const reading = read(table, spec, at(1, 1, 0), words);
    expect(reading?.head).toBe("step 1,000");
    expect(reading?.time).toMatch(/^1m · .*2001/);
  });

  it("says the steps of a bucket and its extremes", () => {
    const { table, spec } = chartOf(
      [[5]],
      {
        mean: new Float32Array([5]),
        min: new Float32Array([1]),
        max: new Float32Array([9.5]),
      },
      { kind: "buckets", width: 64 },
    );
    const reading = read(table, spec, at(0, 1, 0), words);
    expect(reading?.head).toBe("steps 0-63");
    expect(reading?.rows[0]?.extra).toBe("1 … 9.500");
  });

  it("shows NaN where NaN was logged", () => {
    const { table, spec } = chartOf([[NaN]], { nonfinite: [[0, 1, 0, 0]] });
    expect(read(table, spec, at(0, 1, 0), words)?.rows[0]?.text).toBe("NaN");
  });

  it("keeps to twenty rows around the nearest and counts the rest", () => {
    const { table, spec } = chartOf(Array.from({ length: 100 }, (_, i) => [i]));
    const reading = read(table, spec, at(0, 100, 3), words);
    expect(reading?.rows).toHaveLength(MOST_ROWS);
    expect(reading?.more).toBe(80);
    expect(reading?.rows.some((row) => row.nearest && row.text === "3")).toBe(true);
  });

  it("is nothing where no line has a point", () => {
    const { table, spec } = chartOf([[1]]);
    expect(read(table, spec, { indices: [null], distance: () => 0 }, words)).toBeNull();
  });
});

describe("marks and rows", () => {
  it("name what was not finite, with counts", () => {
    expect(markText([0, 1, 0, 0])).toBe("NaN");
    expect(markText([0, 3, 1, 2])).toBe("3 × NaN, Inf, 2 × -Inf");
  });

  it("give a page of the chart's data", () => {
    const { table } = chartOf([
      [1, 2, 3],
      [4, NaN, 6],
    ]);
    const rows = tableRows(table, 1, 5);
    expect(rows.map((row) => [row.step].concat(row.values as number[]))).toEqual([
      [1000, 2, null],
      [2000, 3, 6],
    ]);
  });
});

describe("over another series", () => {
  it("the tooltip says its name, the step and the time", () => {
    const { table, spec } = chartOf([[1, 2]], { step: Float64Array.of(40, 80) });
    const found = read(table, { ...spec, x: "metric:epoch" }, at(1, 1, 0), words);
    expect(found?.head).toBe("epoch 1000");
    expect(found?.time).toMatch(/^step 80 · /);
  });

  it("rows have the place and the step, also where a place comes twice", () => {
    const { table } = chartOf(
      [[1, 2]],
      { step: Float64Array.of(40, 80) },
      { x: Float64Array.of(3, 3) },
    );
    expect(tableRows(table, 0, 9).map(({ row, place, step }) => [row, place, step])).toEqual([
      [0, 3, 40],
      [1, 3, 80],
    ]);
  });
});
