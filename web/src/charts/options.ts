/** From a spec to uPlot's options: a pure function, so that every rule of drawing can be tested. */

import uPlot from "uplot";

import { clockLabels, DURATION_INCREMENTS, durationLabels, tickLabels } from "./format";
import { fade, strokeOf, type Theme } from "./palette";
import { curvedTicks } from "./ticks";
import { type ChartSpec, type Limits, type LineSpec, metricOf } from "./spec";

/** What of the data decides how the plot is built; when it changes, a new plot is made. */
export interface Shape {
  banded: boolean;
  smoothed: boolean;
  /** The axis really used; `log` needs a positive value. */
  y: ChartSpec["y"];
  /** Where symlog turns from linear to logarithmic. */
  linearBelow: number;
}

export interface PlotInputs {
  spec: ChartSpec;
  shape: Shape;
  theme: () => Theme;
  /** The zoomed part of x, or null for all of it. */
  zoomed: () => readonly [min: number, max: number] | null;
  /** Cursors of plots with the same key move together. */
  syncKey: string | null;
  /** The part of y to show; null: all of it. */
  robust?: () => { low: number; high: number } | null;
  /** The cursor of `by`, a plot with the same key, has come to `left` (CSS pixels; < 0: it has gone). */
  follow?: (by: uPlot, left: number) => void;
}

type Paint = (line: LineSpec, opacity?: number) => string;

export type PlotOptions = Omit<uPlot.Options, "width" | "height">;

/** Columns a line takes in the plot's data, in this order. */
export function columnsOf(shape: Shape): readonly ("high" | "low" | "raw" | "value")[] {
  return [
    ...(shape.banded ? (["high", "low"] as const) : []),
    ...(shape.smoothed ? (["raw"] as const) : []),
    "value",
  ];
}

/** Index in the plot's data of a line's drawn value. */
export function valueIndex(line: number, shape: Shape): number {
  return (line + 1) * columnsOf(shape).length;
}

/** Build uPlot's options; sizes are given by who draws. */
export function buildOptions(inputs: PlotInputs): PlotOptions {
  const { spec, shape, theme, syncKey } = inputs;
  const crowd = spec.lines.length;
  const paint = painter(inputs);
  return {
    pxAlign: false,
    padding: [6, 12, 0, 0],
    legend: { show: false },
    series: [
      {},
      ...spec.lines.flatMap((line) =>
        columnsOf(shape).map((column) =>
          seriesOf(column, line, line.run === spec.baseline ? BASELINE : lineWidth(crowd), {
            crowd,
            paint,
          }),
        ),
      ),
    ],
    bands: shape.banded ? spec.lines.map((line, i) => bandOf(line, i, shape, crowd, paint)) : [],
    scales: { x: xScale(inputs), y: yScale(inputs) },
    axes: [xAxis(spec, theme), yAxis(shape, theme)],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: 4 },
      ...(syncKey === null
        ? {}
        : { sync: { key: syncKey, scales: ["x", null], filters: followers(inputs) } }),
    },
  };
}

/**
 * Other charts follow the cursor, not the drag. They are told where it is and no more: uPlot itself
 * would look for the point of every line of every chart at each move.
 */
function followers({ follow }: PlotInputs): uPlot.Cursor.Sync["filters"] {
  const isMove = (type: string) => type === "mousemove";
  return {
    pub: isMove,
    sub: (type, by, left) => {
      if (isMove(type)) follow?.(by, left);
      return false;
    },
  };
}

/** The colours of lines as they are when drawn: the theme may change. */
function painter({ theme }: PlotInputs): Paint {
  return (line, opacity = 1) => {
    const colour = strokeOf(line.style, theme());
    return opacity === 1 ? colour : fade(colour, opacity);
  };
}

/** Width of the line that the others are compared with. */
export const BASELINE = 3;

/** Width of a line among so many (CSS pixels). */
export function lineWidth(crowd: number): number {
  return crowd > 20 ? 1 : 1.5;
}

function seriesOf(
  column: "high" | "low" | "raw" | "value",
  line: LineSpec,
  width: number,
  { crowd, paint }: { crowd: number; paint: Paint },
): uPlot.Series {
  const dash = [...line.style.dash];
  if (column === "value")
    return {
      stroke: () => paint(line),
      width,
      ...(dash.length ? { dash } : {}),
      points: { size: 4, fill: () => paint(line), filter: alonePoints },
    };
  // Edges of the band are drawn faintly, so that a spike of one bucket is a line and not a breath.
  const opacity = column === "raw" ? 0.3 : edgeOpacity(crowd);
  return {
    stroke: () => paint(line, opacity),
    width: opacity === 0 ? 0 : 1,
    points: { show: false },
  };
}

function edgeOpacity(crowd: number): number {
  if (crowd <= 3) return 0.35;
  return crowd <= 10 ? 0.2 : 0;
}

function bandOf(
  line: LineSpec,
  index: number,
  shape: Shape,
  crowd: number,
  paint: Paint,
): uPlot.Band {
  const first = 1 + index * columnsOf(shape).length;
  const opacity = crowd > 10 ? 0.06 : 0.16;
  return { series: [first, first + 1], fill: () => paint(line, opacity) };
}

/** Points that no line reaches (between two gaps) are dots even where the others are not. */
function alonePoints(
  plot: uPlot,
  index: number,
  show: boolean,
  gaps?: null | number[][],
): number[] | null {
  if (show || !gaps?.length) return null;
  const values = plot.data[index] as ArrayLike<number | null | undefined>;
  const [from = 0, to = -1] = plot.series[0]?.idxs ?? [];
  const alone: number[] = [];
  for (let i = from; i <= to; i++)
    if (isNumber(values[i]) && !reaches(values, i, -1) && !reaches(values, i, 1)) alone.push(i);
  return alone.length ? alone : null;
}

/** Does a line run from point `i` in this direction, over cells without a point? */
function reaches(values: ArrayLike<number | null | undefined>, i: number, way: 1 | -1): boolean {
  let k = i + way;
  while (k >= 0 && k < values.length && values[k] === undefined) k += way;
  return isNumber(values[k]);
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined;
}

function xScale({ spec, zoomed }: PlotInputs): uPlot.Scale {
  return {
    time: spec.x === "wall",
    range: (_, min, max) => {
      const zoom = zoomed();
      return zoom ? [...zoom] : xRange(min, max, spec.x);
    },
  };
}

/** All of x; a single point gets room on both sides. */
export function xRange(min: number, max: number, axis: ChartSpec["x"]): [number, number] {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return [0, 1];
  if (min < max) return [min, max];
  return axis === "step" ? [Math.max(0, min - 1), min + 1] : [min - 0.5, min + 0.5];
}

function yScale({ spec, shape, robust }: PlotInputs): uPlot.Scale {
  const within = (range: (min: number | null, max: number | null) => [number, number]) => ({
    range: (_: uPlot, min: number | null, max: number | null) => {
      const body = robust?.() ?? null;
      const natural = body ? range(body.low, body.high) : range(min, max);
      return limited(natural, spec.limits, shape.y);
    },
  });
  if (shape.y === "log") return { distr: 3, ...within(logRange) };
  if (shape.y === "symlog")
    return {
      distr: 4,
      asinh: shape.linearBelow,
      ...within((min, max) => linearRange(min, max, null)),
    };
  return within((min, max) => linearRange(min, max, spec.atLeast));
}

/** A range with the ends that a person gave; ends that cannot be are as if not given. */
export function limited(
  [low, high]: readonly [number, number],
  limits: Limits | undefined,
  axis: ChartSpec["y"],
): [number, number] {
  const drawable = (end: number | undefined) => end !== undefined && (axis !== "log" || end > 0);
  const from = drawable(limits?.low) ? (limits?.low as number) : low;
  const to = drawable(limits?.high) ? (limits?.high as number) : high;
  if (from < to) return [from, to];
  // One end lies beyond all data: the other gives way.
  if (drawable(limits?.low) && !drawable(limits?.high))
    return [from, axis === "log" ? from * 10 : from + Math.max(1, Math.abs(from))];
  if (drawable(limits?.high) && !drawable(limits?.low))
    return [axis === "log" ? to / 10 : to - Math.max(1, Math.abs(to)), to];
  return [low, high];
}

/** Less spread than this, relative to the values, is the rounding of sums and not a curve. */
const FLAT = 1e-13;

/** The range of values with a little air; never across zero when no value is. */
export function linearRange(
  min: number | null,
  max: number | null,
  atLeast: readonly [number, number] | null,
): [number, number] {
  if (min === null || max === null) return atLeast ? [...atLeast] : [0, 1];
  let low = atLeast ? Math.min(min, atLeast[0]) : min;
  let high = atLeast ? Math.max(max, atLeast[1]) : max;
  if (high - low <= Math.max(Math.abs(low), Math.abs(high)) * FLAT) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1;
    return [low - room, high + room];
  }
  const air = (high - low) * 0.06;
  const [floor, ceiling] = [low, high];
  if (!atLeast || min < atLeast[0]) low = floor >= 0 ? Math.max(0, floor - air) : floor - air;
  if (!atLeast || max > atLeast[1])
    high = ceiling <= 0 ? Math.min(0, ceiling + air) : ceiling + air;
  return [low, high];
}

/** The range of positive values with a little air above and below. */
export function logRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || !(max > 0)) return [0.1, 1];
  const low = min > 0 ? min : max / 1e6;
  if (max - low <= max * FLAT) return [low / 2, max * 2];
  const air = (max / low) ** 0.05;
  return [low / air, max * air];
}

/** Where symlog turns linear: four decades below the largest value. */
export function linearBelow(low: number | null, high: number | null): number {
  const largest = Math.max(Math.abs(low ?? 0), Math.abs(high ?? 0));
  return largest > 0 ? 10 ** (Math.floor(Math.log10(largest)) - 3) : 1;
}

const STEP_INCREMENTS = Array.from({ length: 19 }, (_, power) =>
  [1, 2, 2.5, 5].map((n) => n * 10 ** power),
)
  .flat()
  .filter(Number.isInteger);

/** Whole pixels only: uPlot scales the digits before "px" by the screen's density. */
const FONT_SIZE = 11;

function axisFont(theme: () => Theme): string {
  return `${FONT_SIZE}px ${theme().font}`;
}

function xAxis(spec: ChartSpec, theme: () => Theme): uPlot.Axis {
  const metric = metricOf(spec.x);
  return {
    // Other axes are known by their labels; a series only by its name.
    ...(metric === null
      ? {}
      : { label: metric, labelSize: 14, labelGap: 0, labelFont: axisFont(theme) }),
    stroke: () => theme().faint,
    font: axisFont(theme),
    size: spec.x === "wall" ? 34 : 22,
    gap: 4,
    space: spec.x === "wall" ? 70 : 60,
    grid: { show: false },
    ticks: { show: false },
    ...(spec.x === "step" ? { incrs: STEP_INCREMENTS } : {}),
    ...(spec.x === "relative" || spec.x === "elapsed" ? { incrs: DURATION_INCREMENTS } : {}),
    values: (_, ticks, __, ___, increment) => xLabels(ticks, increment, spec),
  };
}

function xLabels(ticks: number[], increment: number, spec: ChartSpec): string[] {
  if (spec.x === "step" || metricOf(spec.x) !== null) return tickLabels(ticks, increment);
  if (spec.x === "wall") return clockLabels(ticks, increment, spec.language);
  return durationLabels(ticks, increment);
}

/** Least and most room for the labels of the y axis (CSS pixels). */
const Y_ROOM = [38, 90] as const;

function yAxis(shape: Shape, theme: () => Theme): uPlot.Axis {
  return {
    stroke: () => theme().faint,
    font: axisFont(theme),
    gap: 6,
    space: 32,
    grid: { stroke: () => theme().grid, width: 1 },
    ticks: { show: false },
    size: (plot, values) => roomFor(plot, values, axisFont(theme)),
    values: (_, ticks, __, ___, increment) => yLabels(ticks, increment, shape.y),
    ...(shape.y === "linear"
      ? {}
      : {
          splits: (_, __, min, max) => curvedTicks(min, max, shape),
          filter: (_, ticks) => ticks,
        }),
  };
}

/** Labels of the y axis. On curved axes every tick has its own size. */
export function yLabels(
  ticks: readonly number[],
  increment: number,
  axis: ChartSpec["y"],
): string[] {
  const [first = 0, second = 0, third = 2 * second - first] = ticks;
  const even = Math.abs(third - second - (second - first)) < Math.abs(second - first) * 1e-6;
  if (axis === "linear") return tickLabels(ticks, increment);
  if (ticks.length > 2 && even) return tickLabels(ticks, second - first);
  return ticks.map((tick) => tickLabels([tick], 10 ** magnitude(tick))[0] ?? "");
}

function magnitude(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)) + 1e-9);
}

/** Width of the y axis: its longest label, in whole steps so that neighbours line up. */
function roomFor(plot: uPlot, values: readonly string[] | null, font: string): number {
  const longest = (values ?? []).reduce((a, b) => (b.length > a.length ? b : a), "");
  plot.ctx.save();
  plot.ctx.font = font;
  const width = plot.ctx.measureText(longest).width + 14;
  plot.ctx.restore();
  return Math.min(Y_ROOM[1], Math.max(Y_ROOM[0], Math.ceil(width / 6) * 6));
}
