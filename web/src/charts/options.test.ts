import type uPlot from "uplot";
import { describe, expect, it, vi } from "vitest";

// uPlot asks for the media query of the screen's density when it loads.
vi.hoisted(() => {
  globalThis.matchMedia ??= (() => ({
    matches: false,
    addEventListener() {},
    removeEventListener() {},
  })) as unknown as typeof matchMedia;
});

const { buildOptions, columnsOf, linearBelow, linearRange, logRange, valueIndex, xRange, yLabels } =
  await import("./options");
import type { Shape } from "./options";
import { lineStyle, type Theme } from "./palette";
import type { ChartSpec } from "./spec";

const colours: Theme = {
  runs: Array.from({ length: 8 }, (_, i) => `#00000${i}`),
  ink: "#111111",
  faint: "#222222",
  grid: "#333333",
  panel: "#ffffff",
  bad: "#ff0000",
  font: "sans-serif",
};

const spec = (lines: number, extra: Partial<ChartSpec> = {}): ChartSpec => ({
  title: "loss",
  lines: Array.from({ length: lines }, (_, i) => ({
    run: `r${i}`,
    key: "loss",
    rank: 0,
    label: `run ${i}`,
    style: lineStyle(i),
    origin: 0,
  })),
  x: "step",
  y: "linear",
  smoothing: 0,
  unit: "",
  atLeast: null,
  language: "en",
  ...extra,
});

const shape = (extra: Partial<Shape> = {}): Shape => ({
  banded: false,
  smoothed: false,
  y: "linear",
  linearBelow: 1,
  ...extra,
});

const build = (s: ChartSpec, f: Shape, syncKey: string | null = "tab") =>
  buildOptions({ spec: s, shape: f, theme: () => colours, zoomed: () => null, syncKey });

describe("buildOptions", () => {
  it("gives every line its columns, and bands from high to low", () => {
    const form = shape({ banded: true, smoothed: true });
    const options = build(spec(2, { smoothing: 0.6 }), form);
    expect(columnsOf(form)).toEqual(["high", "low", "raw", "value"]);
    expect(options.series).toHaveLength(9);
    expect(options.bands?.map((band) => band.series)).toEqual([
      [1, 2],
      [5, 6],
    ]);
    expect(valueIndex(1, form)).toBe(8);
  });

  it("draws exact points as one line without bands", () => {
    const options = build(spec(1), shape());
    expect(options.series).toHaveLength(2);
    expect(options.bands).toEqual([]);
  });

  it("tells the ninth line from the first by its dashes, not by colour alone", () => {
    const options = build(spec(9), shape());
    const stroke = (i: number) =>
      (options.series[i]?.stroke as unknown as (() => string) | undefined)?.();
    expect(stroke(9)).toBe(stroke(1));
    expect(options.series[1]?.dash).toBeUndefined();
    expect(options.series[9]?.dash).toEqual([6, 3]);
  });

  it("leaves the cheap cursor: no horizontal line, no points, moves synced and drags not", () => {
    const cursor = build(spec(1), shape()).cursor;
    expect(cursor?.y).toBe(false);
    expect(cursor?.points?.show).toBe(false);
    expect(cursor?.drag?.setScale).toBe(false);
    const pub = cursor?.sync?.filters?.pub as (type: string) => boolean;
    expect([pub("mousemove"), pub("mousedown"), pub("mouseup")]).toEqual([true, false, false]);
    expect(build(spec(1), shape(), null).cursor?.sync).toBeUndefined();
  });

  it("names the series that is the x axis, and no other axis", () => {
    const over = (x: ChartSpec["x"]) => build(spec(1, { x }), shape()).axes?.[0]?.label;
    expect(over("metric:epoch")).toBe("epoch");
    expect(["step", "relative", "wall"].map((x) => over(x as ChartSpec["x"]))).toEqual(
      Array(3).fill(undefined),
    );
  });

  it("gives axis fonts a whole size, the only one uPlot scales with the screen", () => {
    for (const axis of build(spec(1), shape()).axes ?? []) expect(axis.font).toMatch(/^\d+px /);
  });

  it("shows the zoomed part of x when there is one", () => {
    const options = buildOptions({
      spec: spec(1),
      shape: shape(),
      theme: () => colours,
      zoomed: () => [10, 20],
      syncKey: null,
    });
    const range = options.scales?.x?.range as unknown as (
      u: null,
      a: number,
      b: number,
    ) => number[];
    expect(range(null, 0, 100)).toEqual([10, 20]);
  });

  it("uses whole steps, and asinh for symlog", () => {
    const steps = build(spec(1), shape()).axes?.[0]?.incrs;
    expect(Array.isArray(steps) && steps.every(Number.isInteger)).toBe(true);
    const scale = build(spec(1), shape({ y: "symlog", linearBelow: 1e-4 })).scales?.y;
    expect([scale?.distr, scale?.asinh]).toEqual([4, 1e-4]);
    expect(build(spec(1), shape({ y: "log" })).scales?.y?.distr).toBe(3);
  });
});

describe("ranges", () => {
  it("give air but do not cross zero for values of one sign", () => {
    expect(linearRange(0, 10, null)).toEqual([0, 10.6]);
    expect(linearRange(5, 10, null)[0]).toBeLessThan(5);
    expect(linearRange(0.01, 10, null)[0]).toBe(0);
    expect(linearRange(-10, -0.01, null)[1]).toBe(0);
  });

  it("open a constant, a missing and a single value", () => {
    const [low, high] = linearRange(3, 3, null);
    expect(low).toBeLessThan(3);
    expect(high).toBeGreaterThan(3);
    expect(linearRange(0, 0, null)).toEqual([-1, 1]);
    expect(linearRange(null, null, null)).toEqual([0, 1]);
    const [floor, ceiling] = linearRange(0.7, 0.7 + 2e-16, null);
    expect(ceiling - floor).toBeGreaterThan(0.1);
    expect(xRange(7, 7, "step")).toEqual([6, 8]);
    expect(xRange(0, 0, "step")).toEqual([0, 1]);
  });

  it("keep a share between 0 and 100 and still show what lies beyond", () => {
    expect(linearRange(3, 40, [0, 100])).toEqual([0, 100]);
    expect(linearRange(3, 140, [0, 100])[1]).toBeGreaterThan(140);
  });

  it("hold on a log axis with zeros, constants and nothing", () => {
    const [low, high] = logRange(1e-4, 10);
    expect(low).toBeLessThan(1e-4);
    expect(high).toBeGreaterThan(10);
    expect(logRange(0, 10)[0]).toBeGreaterThan(0);
    expect(logRange(2, 2)).toEqual([1, 4]);
    expect(logRange(0.7, 0.7 + 2e-16)[1]).toBeGreaterThan(1);
    expect(logRange(null, null)).toEqual([0.1, 1]);
  });

  it("put the linear part of symlog far below the largest value", () => {
    expect(linearBelow(-50, 3)).toBeCloseTo(0.01, 12);
    expect(linearBelow(null, null)).toBe(1);
  });
});

describe("yLabels", () => {
  it("names each decade of a log axis by itself", () => {
    expect(yLabels([0.0001, 0.1, 1000, 100_000], 1, "log")).toEqual([
      "1e-4",
      "0.1",
      "1000",
      "100k",
    ]);
  });

  it("tells even ticks of a log axis apart", () => {
    expect(new Set(yLabels([0.9991, 0.9992, 0.9993], 1, "log")).size).toBe(3);
  });
});

describe("charts with a shared cursor", () => {
  it("are told where the cursor is, and do nothing else of what the other plot does", () => {
    const seen: [unknown, number][] = [];
    const { cursor } = buildOptions({
      spec: spec(2),
      shape: shape(),
      theme: () => colours,
      zoomed: () => null,
      syncKey: "step",
      follow: (by, left) => seen.push([by, left]),
    });
    const other = {} as uPlot;
    const sub = cursor?.sync?.filters?.sub;
    expect(sub?.("mousemove", other, 30, 10, 300, 200, 4)).toBe(false);
    expect(sub?.("mousedown", other, 40, 10, 300, 200, 4)).toBe(false);
    expect(seen).toEqual([[other, 30]]);
  });
});
