import { describe, expect, it } from "vitest";

import type { FrameChart, FrameSeries } from "@/api/frame";

import { drawnAxis, fit, rangeOf, toTable } from "./columns";
import { lineStyle } from "./palette";
import { bucketsFor, type ChartSpec, requestOf } from "./spec";

const series = (last: number[], extra: Partial<FrameSeries> = {}): FrameSeries => ({
  run: "r",
  key: "k",
  rank: 0,
  count: last.filter(Number.isFinite).length,
  last: new Float32Array(last),
  min: null,
  max: null,
  mean: null,
  time: null,
  step: null,
  leftOut: 0,
  nonfinite: [],
  ...extra,
});

const chart = (x: number[], ...all: FrameSeries[]): FrameChart => ({
  kind: "points",
  width: 1,
  x: new Float64Array(x),
  series: all,
});

const spec = (lines: number, extra: Partial<ChartSpec> = {}): ChartSpec => ({
  title: "k",
  lines: Array.from({ length: lines }, (_, i) => ({
    run: `r${i}`,
    key: "k",
    rank: 0,
    label: `run ${i}`,
    style: lineStyle(i),
    origin: 1000 * (i + 1),
  })),
  x: "step",
  y: "linear",
  smoothing: 0,
  unit: "",
  atLeast: null,
  language: "en",
  ...extra,
});

describe("toTable by step", () => {
  it("hands whole columns on as they were received, uncopied", () => {
    const one = series([1, 2, 3]);
    const table = toTable(chart([0, 1, 2], one), spec(1));
    expect(table.lines[0]?.value).toBe(one.last);
    expect(table.low).toBe(1);
    expect(table.high).toBe(3);
  });

  it("breaks the line where NaN was logged and runs on where nothing was", () => {
    const one = series([1, NaN, NaN, 4], { nonfinite: [[1, 1, 0, 0]] });
    const line = toTable(chart([0, 1, 2, 3], one), spec(1)).lines[0];
    expect(Array.from(line?.value ?? [])).toEqual([1, null, undefined, 4]);
    expect(line?.marks.get(1)).toEqual([1, 1, 0, 0]);
  });

  it("lets no infinity into a column or the range", () => {
    const one = series([1, Infinity, 3], { nonfinite: [[1, 0, 1, 0]] });
    one.last[1] = NaN;
    const table = toTable(chart([0, 1, 2], one), spec(1));
    expect(table.high).toBe(3);
  });

  it("draws the mean of buckets between their extremes", () => {
    const one = series([2, 5], {
      min: new Float32Array([0, 4]),
      max: new Float32Array([9, 6]),
      mean: new Float32Array([3, 5]),
    });
    const frame: FrameChart = { ...chart([0, 64], one), kind: "buckets", width: 64 };
    const table = toTable(frame, spec(1));
    expect(table.banded).toBe(true);
    expect(table.lines[0]?.value).toBe(one.mean);
    expect(table.high).toBe(9);
    expect(table.low).toBe(0);
  });

  it("keeps the raw line beside the smoothed one", () => {
    const line = toTable(chart([0, 1, 2], series([0, 10, 0])), spec(1, { smoothing: 0.6 }))
      .lines[0];
    expect(Array.from(line?.raw ?? [])).toEqual([0, 10, 0]);
    expect(line?.value[1]).toBeGreaterThan(0);
    expect(line?.value[1]).toBeLessThanOrEqual(10);
  });

  it("knows a chart with nothing in it", () => {
    expect(toTable(chart([]), spec(0)).empty).toBe(true);
    const onlyNan = series([NaN], { nonfinite: [[0, 1, 0, 0]] });
    expect(toTable(chart([7], onlyNan), spec(1)).empty).toBe(false);
  });
});

describe("toTable over another axis", () => {
  it("draws times in seconds and a series as it is", () => {
    const frame = chart([1000, 3000], series([1, 2]));
    expect(Array.from(toTable(frame, spec(1, { x: "relative" })).x)).toEqual([1, 3]);
    expect(Array.from(toTable(frame, spec(1, { x: "wall" })).x)).toEqual([1, 3]);
    expect(toTable(frame, spec(1, { x: "metric:epoch" })).x).toBe(frame.x);
  });

  it("keeps points that share one place", () => {
    const frame = chart([1, 1, 2], series([5, 6, 7]), series([8, NaN, 9]));
    const table = toTable(frame, spec(2, { x: "metric:epoch" }));
    expect(Array.from(table.x)).toEqual([1, 1, 2]);
    expect(Array.from(table.lines[1]?.value ?? [])).toEqual([8, undefined, 9]);
  });

  it("asks for a stretch in the server's units", () => {
    expect(rangeOf(1.5, 3.5, "wall")).toEqual({ lo: 1500, hi: 3500 });
    expect(rangeOf(-1.5, 3.5, "metric:loss")).toEqual({ lo: -1.5, hi: 3.5 });
    expect(rangeOf(-1.5, 3.5, "step")).toEqual({ lo: 0, hi: 4 });
    expect(rangeOf(1.5, 3.5, "elapsed")).toEqual({ lo: 1500, hi: 3500 });
  });
});

describe("requests", () => {
  it("asks a little beyond a zoom, and never below step 0", () => {
    const request = requestOf(spec(1), { min: 2, max: 102, lo: 2, hi: 102 }, 400);
    expect(request.lo).toBe(0);
    expect(request.hi).toBe(107);
  });

  it("names the axis, and asks for a stretch of it that may lie below zero", () => {
    const zoom = { min: -1, max: 1, lo: -1, hi: 1 };
    expect(requestOf(spec(1, { x: "metric:epoch" }), zoom, 400)).toMatchObject({
      x: { metric: "epoch" },
      lo: -1.1,
      hi: 1.1,
    });
    expect(requestOf(spec(1, { x: "relative" }), null, 400).x).toBe("relative_time");
    expect(requestOf(spec(1, { x: "wall" }), null, 400).x).toBe("wall_time");
    expect(requestOf(spec(1), null, 400)).not.toHaveProperty("x");
  });

  it("asks the same for nearly the same width, and never for too much", () => {
    expect(bucketsFor(400)).toBe(bucketsFor(410));
    expect(bucketsFor(50)).toBe(250);
    expect(bucketsFor(5000)).toBe(2000);
  });
});

describe("drawnAxis", () => {
  it("falls back to symlog when a logarithm has nothing to show", () => {
    const negative = toTable(chart([0, 1], series([-1, 0])), spec(1));
    expect(drawnAxis(spec(1, { y: "log" }), negative)).toBe("symlog");
    const mixed = toTable(chart([0, 1], series([-1, 2])), spec(1));
    expect(drawnAxis(spec(1, { y: "log" }), mixed)).toBe("log");
  });
});

describe("fitting data to the lines asked for", () => {
  const of = (run: string, value: number) => series([value], { run });

  it("draws what is there while other lines are still on their way, each as itself", () => {
    const asked = spec(3);
    const frame = chart([0], of("gone", 9), of("r2", 2), of("r0", 0));
    const fitted = fit(asked, frame);
    expect(fitted.spec.lines.map((line) => line.run)).toEqual(["r0", "r2"]);
    expect(fitted.frame.series.map((one) => one.last[0])).toEqual([0, 2]);
  });

  it("leaves what fits as it is", () => {
    const asked = spec(2);
    const frame = chart([0], of("r0", 0), of("r1", 1));
    expect(fit(asked, frame)).toEqual({ spec: asked, frame });
    expect(fit(asked, frame).frame).toBe(frame);
  });
});
