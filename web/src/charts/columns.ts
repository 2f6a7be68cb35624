/** From a chart as received to the columns that are drawn: one x, and per line what it needs. */

import type { FrameChart, FrameSeries, NonFinite } from "@/api/frame";

import { type Cell, smooth } from "./smoothing";
import { type ChartSpec, type LineSpec, unitOf, type XAxis } from "./spec";

export type Column = ArrayLike<Cell>;

/** One line on the table's x. */
export interface LineColumns {
  spec: LineSpec;
  /** What is drawn: the value, or the mean of the bucket, smoothed if asked for. */
  value: Column;
  /** Unsmoothed, when `value` is smoothed. */
  raw: Column | null;
  low: Column | null;
  high: Column | null;
  received: FrameSeries;
  /** What was not finite, by index of x. */
  marks: ReadonlyMap<number, NonFinite>;
}

export interface Table {
  x: ArrayLike<number>;
  lines: LineColumns[];
  /** Width of a bucket as received, 1 for exact points. */
  width: number;
  /** Left edge (or place) of every row as received: in steps, or in units of another axis. */
  received: Float64Array;
  banded: boolean;
  smoothed: boolean;
  /** Over all finite values received; null when there is none. */
  low: number | null;
  high: number | null;
  hasPositive: boolean;
  hasNonPositive: boolean;
  empty: boolean;
}

/** The value column a line is drawn from. */
export function valuesOf(series: FrameSeries) {
  return series.mean ?? series.last;
}

/**
 * The part of a chart that is both asked for and received, in the order asked for. Right after lines
 * were added or taken away the data are still those of before: what is there is drawn meanwhile.
 */
export function fit(spec: ChartSpec, frame: FrameChart): { spec: ChartSpec; frame: FrameChart } {
  const { lines } = spec;
  const { series } = frame;
  if (lines.length === series.length && lines.every((line, i) => isOf(line, series[i])))
    return { spec, frame };
  const received = new Map(series.map((one) => [nameOf(one), one]));
  const there = lines.filter((line) => received.has(nameOf(line)));
  const kept = there.flatMap((line) => received.get(nameOf(line)) ?? []);
  return { spec: { ...spec, lines: there }, frame: { ...frame, series: kept } };
}

type Ref = Pick<LineSpec, "run" | "key" | "rank">;

function nameOf({ run, key, rank }: Ref): string {
  return `${run} ${rank} ${key}`;
}

function isOf(line: LineSpec, one: Ref | undefined): boolean {
  return line.run === one?.run && line.key === one.key && line.rank === one.rank;
}

/** Lay a received chart out for drawing. `spec.lines[i]` belongs to `chart.series[i]`. */
export function toTable(chart: FrameChart, spec: ChartSpec): Table {
  const banded = chart.kind === "buckets" && chart.series.some((series) => series.min !== null);
  const unit = unitOf(spec.x);
  const x = unit === 1 ? chart.x : chart.x.map((at) => at / unit);
  const smoothed = spec.smoothing > 0;
  const lines = chart.series.flatMap((series, i): LineColumns[] => {
    const line = spec.lines[i];
    return line ? [layLine(series, line, x, smoothed ? spec : null)] : [];
  });
  return {
    x,
    lines,
    width: chart.width,
    received: chart.x,
    banded,
    smoothed,
    ...extent(chart.series),
    empty: chart.x.length === 0 || chart.series.every((s) => s.count === 0 && !s.nonfinite.length),
  };
}

function layLine(
  series: FrameSeries,
  spec: LineSpec,
  x: ArrayLike<number>,
  smoothed: Pick<ChartSpec, "smoothing" | "smoother"> | null,
): LineColumns {
  const marked = new Map(series.nonfinite.map((mark) => [mark[0], mark]));
  const lay = (values: ArrayLike<number> | null) => values && cells(values, marked);
  const drawn = lay(valuesOf(series)) ?? [];
  return {
    spec,
    value: smoothed ? smooth(x, drawn, smoothed.smoothing, smoothed.smoother) : drawn,
    raw: smoothed ? drawn : null,
    low: lay(series.min),
    high: lay(series.max),
    received: series,
    marks: marked,
  };
}

/**
 * A column for the plot. Without holes it is the received array itself; else a plain array, because
 * NaN in a typed array draws false spikes: null where something not finite was logged (the line
 * breaks), undefined where this line simply has no point (it runs on).
 */
function cells(values: ArrayLike<number>, marked: ReadonlyMap<number, NonFinite>): Column {
  if (isWhole(values)) return values;
  const out: Cell[] = Array.from({ length: values.length });
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) out[i] = value;
    else if (marked.has(i)) out[i] = null;
  }
  return out;
}

function isWhole(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function extent(series: readonly FrameSeries[]) {
  let low = Infinity;
  let high = -Infinity;
  const take = (values: ArrayLike<number>) => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  };
  for (const one of series) {
    take(one.min ?? one.last);
    take(one.max ?? one.last);
  }
  const some = low <= high;
  return {
    low: some ? low : null,
    high: some ? high : null,
    hasPositive: some && high > 0,
    hasNonPositive: some && low <= 0,
  };
}

/** Which axis a chart can be drawn on: `log` without any positive value falls back to `symlog`. */
export function drawnAxis(spec: ChartSpec, table: Table): ChartSpec["y"] {
  return spec.y === "log" && !table.hasPositive ? "symlog" : spec.y;
}

/** A stretch of the drawn axis as the server is asked for it: in whole steps, or in its unit. */
export function rangeOf(min: number, max: number, axis: XAxis): { lo: number; hi: number } {
  const unit = unitOf(axis);
  if (axis !== "step" && axis !== "elapsed") return { lo: min * unit, hi: max * unit };
  const lo = Math.max(0, Math.floor(min * unit));
  return { lo, hi: Math.max(lo, Math.ceil(max * unit)) };
}
