import { describe, expect, it } from "vitest";

import type { FrameSeries, NonFinite } from "@/api/frame";

import { toTable } from "./columns";
import { grouped, groupLines, meanOf } from "./groups";
import type { ChartSpec, LineSpec } from "./spec";

const NaNs = Number.NaN;

function series(run: string, last: number[], nonfinite: NonFinite[] = []): FrameSeries {
  return {
    run,
    key: "loss",
    rank: 0,
    count: last.length,
    leftOut: 0,
    nonfinite,
    last: Float32Array.from(last),
    min: null,
    max: null,
    mean: null,
    time: null,
    step: null,
  };
}

const style = { hue: 0, dash: [] };
const line = (run: string, name: string, runs: number): LineSpec => ({
  run,
  key: "loss",
  rank: 0,
  label: run,
  style,
  origin: 0,
  group: { name, style: { hue: name.length, dash: [] }, runs },
});
const words = (name: string, drawn: number, runs: number) => `${name} ${drawn}/${runs}`;

describe("the mean of runs", () => {
  it("is taken where runs meet, within the band of the least and the most", () => {
    const { mean, min, max, runs } = meanOf([series("a", [1, 2]), series("b", [3, 8])], [0, 1]);
    expect([...(mean ?? [])]).toEqual([2, 5]);
    expect([...(min ?? [])]).toEqual([1, 2]);
    expect([...(max ?? [])]).toEqual([3, 8]);
    expect(Array.from(runs ?? [])).toEqual([2, 2]);
  });

  it("does not jump between runs that log at different steps", () => {
    const even = series("a", [0, NaNs, 0, NaNs, 0]);
    const odd = series("b", [NaNs, 10, NaNs, 10, NaNs]);
    const { mean, runs } = meanOf([even, odd], [0, 1, 2, 3, 4]);
    expect([...(mean ?? [])]).toEqual([0, 5, 5, 5, 0]);
    expect(Array.from(runs ?? [])).toEqual([1, 2, 2, 2, 1]);
  });

  it("is of the runs that go on, once one has ended", () => {
    const { mean, runs } = meanOf([series("a", [1, NaNs]), series("b", [3, 7])], [0, 1]);
    expect([...(mean ?? [])]).toEqual([2, 7]);
    expect(Array.from(runs ?? [])).toEqual([2, 1]);
  });

  it("leaves a run out where it logged NaN, says so, and bridges nothing over it", () => {
    const broken = series("a", [1, NaNs, NaNs, 1], [[1, 1, 0, 0]]);
    const { mean, runs, nonfinite } = meanOf([broken, series("b", [3, 3, 3, 3])], [0, 1, 2, 3]);
    expect([...(mean ?? [])]).toEqual([2, 3, 3, 2]);
    expect(Array.from(runs ?? [])).toEqual([2, 1, 1, 2]);
    expect(nonfinite).toEqual([[1, 1, 0, 0]]);
  });

  it("uses the extremes of buckets for its band", () => {
    const one = { ...series("a", [1]), min: Float32Array.of(-5), max: Float32Array.of(9) };
    const { min, max } = meanOf([one, series("b", [2])], [0]);
    expect([min?.[0], max?.[0]]).toEqual([-5, 9]);
  });
});

describe("a chart of groups", () => {
  const lines = [line("a", "wide", 3), line("b", "wide", 3), line("c", "narrow", 1)];
  const frame = {
    kind: "points" as const,
    width: 1,
    x: Float64Array.of(0, 1),
    series: [series("a", [1, 1]), series("b", [3, 3]), series("c", [9, 9])],
  };
  const spec = { lines, x: "step", y: "linear", smoothing: 0 } as unknown as ChartSpec;

  it("has a line per group, named by how many of its runs are drawn", () => {
    const names = groupLines(lines, words).map(({ label }) => label);
    expect(names).toEqual(["narrow 1/1", "wide 2/3"]);
    const made = grouped({ spec, frame }, words);
    expect(made.spec.lines.map(({ members }) => members)).toEqual([["c"], ["a", "b"]]);
    const table = toTable(made.frame, made.spec);
    expect(table.banded).toBe(true);
    expect(table.lines.map(({ value }) => value[0])).toEqual([9, 2]);
  });

  it("changes only one group's mean when one of its runs is hidden", () => {
    const less = { spec: { ...spec, lines: lines.slice(1) }, frame };
    const made = grouped({ ...less, frame: { ...frame, series: frame.series.slice(1) } }, words);
    expect(made.spec.lines.map(({ label }) => label)).toEqual(["narrow 1/1", "wide 1/3"]);
    expect(made.frame.series.map(({ last }) => last[0])).toEqual([9, 3]);
  });

  it("without groups is left as it is", () => {
    const chart = { spec: { ...spec, lines: [{ ...line("a", "", 1), group: undefined }] }, frame };
    expect(grouped(chart as { spec: ChartSpec; frame: typeof frame }, words)).toBe(chart);
  });
});
