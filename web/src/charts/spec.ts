/** What a chart shows, in plain values: enough to ask the server for it and to draw it. */

import type { PanelDef } from "./custom";
import type { LineStyle } from "./palette";
import type { ChartSettings } from "./settings";
import type { Smoother } from "./smoothing";

/**
 * `elapsed`: for system series, whose step is already milliseconds since the run began.
 * `metric:…`: the values of another series of the same run.
 */
export type XAxis = "step" | "relative" | "wall" | "elapsed" | `metric:${string}`;

/** The key of the series that is the x axis, if one is. */
export function metricOf(axis: XAxis): string | null {
  return axis.startsWith("metric:") ? axis.slice("metric:".length) : null;
}

/** How many of the server's units make one of the plot's: times are drawn in seconds. */
export function unitOf(axis: XAxis): number {
  return axis === "relative" || axis === "wall" || axis === "elapsed" ? 1000 : 1;
}
/** `symlog` is linear around zero and logarithmic outside (asinh), for values of both signs. */
export type YAxis = "linear" | "log" | "symlog";

/** One line: a series of a run, how it is named and drawn. */
export interface LineSpec {
  run: string;
  key: string;
  rank: number;
  label: string;
  style: LineStyle;
  /** Unix milliseconds from which relative time counts: when the run was made. */
  origin: number;
  /** The group whose mean this run is part of; its line is drawn in place of the run's. */
  group?: LineGroup;
  /** The runs a line of means is made of. */
  members?: readonly string[];
  /** It is the mean of a run's ranks. */
  ofRanks?: boolean;
}

/** Runs, or the ranks of one run, that are drawn as one line: their mean. */
export interface LineGroup {
  name: string;
  style: LineStyle;
  /** Runs (or ranks) of the group, drawn or not. */
  runs: number;
  /** The run whose ranks these are; missing: these are runs. */
  ranksOf?: string;
}

/** Ends of the y axis that a person gave; one that is missing follows the data. */
export interface Limits {
  low?: number | undefined;
  high?: number | undefined;
}

export interface ChartSpec {
  title: string;
  /** Under which it is known in layouts, zooms and links; missing: its title. */
  id?: string;
  lines: readonly LineSpec[];
  x: XAxis;
  /** The axis that the training defined, whichever is drawn. */
  defined?: XAxis | undefined;
  y: YAxis;
  /** 0 (as logged) to 0.99. */
  smoothing: number;
  smoother?: Smoother;
  /** Show y without its outliers, and say how many points lie outside. */
  robust?: boolean;
  /** How the ranks of a run became lines. */
  ranks?: ChartSettings["ranks"];
  limits?: Limits | undefined;
  /** The run that others are compared with: its line is drawn heavier, tooltips say differences. */
  baseline?: string | undefined;
  /** A chart of one value per run, drawn in place of lines. */
  panel?: PanelDef;
  /** Printed behind values: `%`, `MB`, `°C`. */
  unit: string;
  /** The y axis shows at least this range (`0` to `100` for shares). */
  atLeast: readonly [low: number, high: number] | null;
  language: string;
}

/** Under which a chart is known. */
export function idOf(spec: Pick<ChartSpec, "id" | "title">): string {
  return spec.id ?? spec.title;
}

/** A part of the x axis that was chosen by dragging, as drawn and as the server is asked for it. */
export interface Zoom {
  min: number;
  max: number;
  lo: number;
  hi: number;
}

/** What the server is asked for. */
export interface ChartRequest {
  series: readonly { run: string; key: string; rank: number }[];
  /** Left out: the step. */
  x?: "relative_time" | "wall_time" | { metric: string };
  lo: number | null;
  hi: number | null;
  buckets: number;
}

/**
 * The request behind a chart `width` CSS pixels wide. Two buckets for three pixels are as fine as
 * the eye; a zoom asks for a little more than it shows, so that lines run to the edges.
 */
export function requestOf(
  { lines, x }: { lines: readonly Pick<LineSpec, "run" | "key" | "rank">[]; x: XAxis },
  zoom: Zoom | null,
  width: number,
): ChartRequest {
  const axis = serverAxis(x);
  const room = zoom ? (zoom.hi - zoom.lo) * 0.05 : 0;
  const margin = axis === undefined ? Math.max(1, Math.ceil(room)) : room;
  const least = axis === undefined ? 0 : -Infinity;
  return {
    series: lines.map(({ run, key, rank }) => ({ run, key, rank })),
    ...(axis === undefined ? {} : { x: axis }),
    lo: zoom ? Math.max(least, zoom.lo - margin) : null,
    hi: zoom ? zoom.hi + margin : null,
    buckets: bucketsFor(width),
  };
}

/** What the server calls the axis; undefined for one of steps. */
function serverAxis(axis: XAxis): ChartRequest["x"] {
  if (axis === "relative") return "relative_time";
  if (axis === "wall") return "wall_time";
  const metric = metricOf(axis);
  return metric === null ? undefined : { metric };
}

/** Buckets for a plot of this width: rounded up, so that a small change of size asks nothing anew. */
export function bucketsFor(width: number): number {
  return Math.min(2000, Math.max(250, Math.ceil((width * 1.5) / 250) * 250));
}
