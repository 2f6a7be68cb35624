/** From a chart as received to the columns that are drawn: one x, and per line what it needs. */

import type { FrameChart, FrameSeries, NonFinite } from "@/api/frame";

import { type Cell, smooth } from "./smoothing";
import type { ChartSpec, LineSpec, XAxis } from "./spec";

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
  /** Index in the received columns for an index of x, -1 where the line has nothing there. */
  source: (index: number) => number;
  received: FrameSeries;
  /** What was not finite, by index of x. */
  marks: ReadonlyMap<number, NonFinite>;
}

export interface Table {
  x: ArrayLike<number>;
  lines: LineColumns[];
  /** Steps per bucket, 1 for exact points. */
  width: number;
  /** Left edge (or step) for an index in the received columns. */
  steps: Float64Array;
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
  const places = placeLines(chart, spec);
  const smoothed = spec.smoothing > 0;
  const lines = chart.series.flatMap((series, i): LineColumns[] => {
    const line = spec.lines[i];
    const place = places.lines[i];
    return line && place !== undefined
      ? [layLine(series, line, place, places.x, smoothed && spec.smoothing)]
      : [];
  });
  return {
    x: places.x,
    lines,
    width: chart.width,
    steps: chart.x,
    banded,
    smoothed,
    ...extent(chart.series),
    empty: chart.x.length === 0 || chart.series.every((s) => s.count === 0 && !s.nonfinite.length),
  };
}

/** Where the points of each line stand on a common x; null: at their own index. */
interface Places {
  x: ArrayLike<number>;
  lines: (Int32Array | null)[];
}

function placeLines(chart: FrameChart, spec: ChartSpec): Places {
  if (spec.x === "step") return { x: chart.x, lines: chart.series.map(() => null) };
  if (spec.x === "elapsed")
    return { x: chart.x.map((step) => step / 1000), lines: chart.series.map(() => null) };
  return joinByTime(
    chart.series.map((series, i) => timesOf(series, spec.x, spec.lines[i]?.origin ?? 0)),
  );
}

interface Times {
  /** Ascending seconds. */
  at: Float64Array;
  /** The received index of each. */
  index: Int32Array;
}

/** The moments of a series in order, in seconds; two points of one moment are set a hair apart. */
function timesOf(series: FrameSeries, axis: XAxis, origin: number): Times {
  const time = series.time ?? new Float64Array(0);
  const zero = axis === "relative" ? origin : 0;
  const index: number[] = [];
  for (let i = 0; i < time.length; i++) if (!Number.isNaN(time[i])) index.push(i);
  const of = (i: number) => time[i] as number;
  if (index.some((i, k) => k > 0 && of(i) < of(index[k - 1] as number)))
    index.sort((a, b) => of(a) - of(b) || a - b);
  const at = new Float64Array(index.length);
  for (let k = 0; k < index.length; k++) {
    const seconds = (of(index[k] as number) - zero) / 1000;
    at[k] = k > 0 ? Math.max(seconds, (at[k - 1] as number) + 1e-6) : seconds;
  }
  return { at, index: Int32Array.from(index) };
}

function joinByTime(lines: Times[]): Places {
  const x = Float64Array.from(new Set(lines.flatMap((line) => Array.from(line.at)))).toSorted();
  return {
    x,
    lines: lines.map(({ at, index }) => {
      const source = new Int32Array(x.length).fill(-1);
      let k = 0;
      for (let i = 0; i < x.length && k < at.length; i++)
        if (x[i] === at[k]) source[i] = index[k++] as number;
      return source;
    }),
  };
}

function layLine(
  series: FrameSeries,
  spec: LineSpec,
  place: Int32Array | null,
  x: ArrayLike<number>,
  smoothing: number | false,
): LineColumns {
  const marked = new Map(series.nonfinite.map((mark) => [mark[0], mark]));
  const lay = (values: ArrayLike<number> | null) =>
    values && cells(values, place, x.length, marked);
  const drawn = lay(valuesOf(series)) ?? [];
  return {
    spec,
    value: smoothing ? smooth(x, drawn, smoothing) : drawn,
    raw: smoothing ? drawn : null,
    low: lay(series.min),
    high: lay(series.max),
    source: place ? (index) => place[index] ?? -1 : (index) => index,
    received: series,
    marks: place ? moveMarks(marked, place) : marked,
  };
}

/**
 * A column for the plot. Without holes it is the received array itself; else a plain array, because
 * NaN in a typed array draws false spikes: null where something not finite was logged (the line
 * breaks), undefined where this line simply has no point (it runs on).
 */
function cells(
  values: ArrayLike<number>,
  place: Int32Array | null,
  length: number,
  marked: ReadonlyMap<number, NonFinite>,
): Column {
  if (!place && isWhole(values)) return values;
  const out: Cell[] = Array.from({ length });
  for (let i = 0; i < length; i++) {
    const source = place ? (place[i] as number) : i;
    if (source < 0) continue;
    const value = values[source] as number;
    if (Number.isFinite(value)) out[i] = value;
    else if (marked.has(source)) out[i] = null;
  }
  return out;
}

function isWhole(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function moveMarks(
  marked: ReadonlyMap<number, NonFinite>,
  place: Int32Array,
): ReadonlyMap<number, NonFinite> {
  if (marked.size === 0) return marked;
  const moved = new Map<number, NonFinite>();
  place.forEach((source, index) => {
    const mark = source < 0 ? undefined : marked.get(source);
    if (mark) moved.set(index, mark);
  });
  return moved;
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

/** The received steps between two places on the x axis, ends included. */
export function stepsBetween(table: Table, min: number, max: number, axis: XAxis) {
  if (axis === "step") return wholeSteps(min, max);
  if (axis === "elapsed") return wholeSteps(min * 1000, max * 1000);
  let lo = Infinity;
  let hi = -Infinity;
  for (let i = 0; i < table.x.length; i++) {
    const at = table.x[i] as number;
    if (at < min || at > max) continue;
    for (const line of table.lines) {
      const source = line.source(i);
      if (source < 0) continue;
      const step = table.steps[source] as number;
      lo = Math.min(lo, step);
      hi = Math.max(hi, step + table.width - 1);
    }
  }
  return lo <= hi ? { lo, hi } : null;
}

function wholeSteps(min: number, max: number) {
  const lo = Math.max(0, Math.floor(min));
  return { lo, hi: Math.max(lo, Math.ceil(max)) };
}
