/**
 * One plot in one element, driven from outside React: a changed form makes a new uPlot, new data go
 * through `setData`, a new size through `setSize`. Everything about uPlot that surprises is met here
 * and in `options.ts`.
 */

import "uplot/dist/uPlot.min.css";
import "./chart.css";

import i18next from "i18next";
import uPlot from "uplot";

import type { FrameChart } from "@/api/frame";
import { formatNumber } from "@/lib/format";

import { fit, rangeOf, type Table, toTable } from "./columns";
import { drawMarks } from "./marks";
import { followCursor } from "./follow";
import { dataOf, formOf, shapeOf } from "./form";
import { hover } from "./highlight";
import { createLift, type Lift } from "./lift";
import { grouped, type GroupWords } from "./groups";
import { buildOptions, type Shape, valueIndex } from "./options";
import { onThemeChange, theme } from "./palette";
import { outsideOf, type RobustRange, robustRange } from "./range";
import { read, type Words } from "./reading";
import type { Picture } from "./picture";
import type { ChartSpec, Zoom } from "./spec";
import { hideTip, showTip, togglePin } from "./tooltip";
import { type Drawn, drawVector, type Ticks } from "./vector";

export interface PlotHandlers {
  /** A stretch of x was chosen by dragging, or all of it again by a double click (null). */
  onZoom: (zoom: Zoom | null) => void;
  /** The value at the cursor of a chart of one line; null when the cursor has gone. */
  onValue?: (text: string | null) => void;
  /** The width of the chart in CSS pixels, first and whenever it changes. */
  onWidth?: (width: number) => void;
}

export interface Plot extends Picture {
  /** What to draw and which part of it; cheap when nothing changed. */
  show(spec: ChartSpec, zoom: Zoom | null): void;
  draw(frame: FrameChart): void;
  table(): Table | null;
  /** Points that the range of y leaves out. */
  outside(): number;
  destroy(): void;
}

const words: Words = {
  step: (step) => i18next.t("charts.step", { step }),
  steps: (from, to) => i18next.t("charts.steps", { from, to }),
  runs: (count, ranks) => i18next.t(ranks ? "charts.ranksOf" : "charts.runs", { count }),
};

const groupWords: GroupWords = (name, drawn, runs, ranks) => {
  if (ranks) return i18next.t("charts.meanOfRanks", { name, count: runs });
  if (drawn < runs) return i18next.t("charts.groupPart", { name, drawn, count: runs });
  return i18next.t("charts.group", { name, count: runs });
};

interface State {
  host: HTMLElement;
  handlers: PlotHandlers;
  syncKey: string | null;
  spec: ChartSpec | null;
  zoom: Zoom | null;
  frame: FrameChart | null;
  table: Table | null;
  shape: Shape | null;
  /** The range without outliers, for the table and zoom it was found for. */
  body: { table: Table; zoom: Zoom | null; range: RobustRange | null } | null;
  plot: uPlot | null;
  ticks: { x: Ticks; y: Ticks };
  /** What the plot was built for. */
  form: string;
  size: { width: number; height: number };
  /** Is the pointer over this plot (and not one whose cursor it follows)? */
  inside: boolean;
  /** Where on x the cursor is that it follows; null: there is none. */
  followed: number | null;
  /** What `onValue` was last told. */
  told: string | null;
  lift: Lift;
}

const NO_TICKS: Ticks = { at: [], labels: [] };

/** The axes, with what they last showed noted down: uPlot does not tell it. */
function noted(state: State, axes: uPlot.Axis[] = []): uPlot.Axis[] {
  return axes.map((axis, i) => {
    const { values } = axis;
    if (typeof values !== "function") return axis;
    const name = i === 0 ? "x" : "y";
    return {
      ...axis,
      values: (...given: Parameters<typeof values>) => {
        const labels = values(...given);
        state.ticks[name] = { at: given[1], labels };
        return labels;
      },
    };
  });
}

/** Make a plot that fills `host` (which needs a size of its own). */
export function createPlot(
  host: HTMLElement,
  handlers: PlotHandlers,
  syncKey: string | null,
): Plot {
  const state: State = {
    host,
    handlers,
    syncKey,
    spec: null,
    zoom: null,
    frame: null,
    table: null,
    shape: null,
    body: null,
    plot: null,
    ticks: { x: NO_TICKS, y: NO_TICKS },
    form: "",
    size: { width: 0, height: 0 },
    inside: false,
    followed: null,
    told: null,
    lift: createLift(
      () => drawnOf(state),
      () => state.inside,
    ),
  };
  const observer = new ResizeObserver(([entry]) => entry && resize(state, entry.contentRect));
  observer.observe(host);
  const forgetTheme = onThemeChange(() => state.plot?.redraw(false, true));
  return {
    show: (spec, zoom) => show(state, spec, zoom),
    draw(frame) {
      if (state.frame === frame) return;
      state.frame = frame;
      refresh(state);
    },
    table: () => state.table,
    outside: () => outside(state),
    canvas: () => pictureOf(state),
    legend: () => state.table?.lines.map((line) => line.spec) ?? [],
    drawWith(pen) {
      const drawn = drawnOf(state);
      if (drawn) drawVector(pen, drawn);
    },
    destroy() {
      observer.disconnect();
      forgetTheme();
      close(state);
      state.lift.close();
    },
  };
}

function show(state: State, spec: ChartSpec, zoom: Zoom | null): void {
  const moved = state.zoom?.min !== zoom?.min || state.zoom?.max !== zoom?.max;
  const changed = state.spec !== spec;
  state.spec = spec;
  state.zoom = zoom;
  if (changed) refresh(state);
  else if (moved && state.plot && state.table && state.shape)
    state.plot.setData(dataOf(state.table, state.shape));
}

function resize(state: State, box: { width: number; height: number }): void {
  const size = { width: Math.floor(box.width), height: Math.floor(box.height) };
  if (size.width === state.size.width && size.height === state.size.height) return;
  state.size = size;
  state.handlers.onWidth?.(size.width);
  if (state.plot && size.width > 0) state.plot.setSize(size);
  else refresh(state);
}

/** Lay the data out and hand them to the plot, to a new one where the form changed. */
function refresh(state: State): void {
  if (!state.spec || !state.frame || state.size.width === 0) return;
  const { spec, frame } = grouped(fit(state.spec, state.frame), groupWords);
  const table = toTable(frame, spec);
  const shape = shapeOf(spec, table);
  state.table = table;
  state.shape = shape;
  if (table.empty) {
    close(state);
    return;
  }
  const data = dataOf(table, shape);
  const form = formOf(spec, shape);
  if (state.plot && form === state.form) {
    state.plot.setData(data);
    return;
  }
  // Whoever points at the chart goes on reading it: the new plot takes the cursor over.
  const { left = -1, top = -1 } = state.plot?.cursor ?? {};
  const cursor = state.inside && left >= 0 ? { left, top } : null;
  if (cursor === null) close(state);
  else take(state);
  state.form = form;
  state.plot = open(state, spec, shape, data, cursor);
}

function open(
  state: State,
  spec: ChartSpec,
  shape: Shape,
  data: uPlot.AlignedData,
  cursor: { left: number; top: number } | null,
): uPlot {
  const zoomed = () => (state.zoom ? ([state.zoom.min, state.zoom.max] as const) : null);
  const built = buildOptions({
    spec,
    shape,
    theme,
    zoomed,
    syncKey: state.syncKey,
    follow: (by, left) => {
      state.followed = left < 0 ? null : by.posToVal(left, "x");
      follow(state);
    },
    robust: () => bodyOf(state),
  });
  const options = {
    ...built,
    axes: noted(state, built.axes),
    ...state.size,
    hooks: {
      ready: [(u: uPlot) => cursor !== null && u.setCursor(cursor)],
      draw: [(u: uPlot) => onDrawn(state, u)],
      setCursor: [(u: uPlot) => onCursor(state, u)],
      setSelect: [(u: uPlot) => onSelect(state, u)],
    },
  };
  const plot = new uPlot(options, data, state.host);
  const { over } = plot;
  over.addEventListener("mouseenter", () => {
    state.inside = true;
    state.followed = null;
  });
  over.addEventListener("mouseleave", () => {
    state.inside = false;
    hideTip(state);
    if (severalRuns(state.spec)) hover(null);
  });
  over.addEventListener("click", () => togglePin(state));
  over.addEventListener("dblclick", () => {
    hideTip(state, true);
    state.handlers.onZoom(null);
  });
  return plot;
}

function close(state: State): void {
  hideTip(state, true);
  state.inside = false;
  take(state);
}

/** Take the plot away, and leave what is shown of it. */
function take(state: State): void {
  state.plot?.destroy();
  state.plot = null;
  state.form = "";
}

function drawnOf({ plot, table, spec, ticks }: State): Drawn | null {
  return plot && table && spec ? { plot, table, spec, ticks } : null;
}

/** The plot as it stands, with the run that is lifted. */
function pictureOf({ plot, lift }: State): HTMLCanvasElement | null {
  const over = lift.canvas();
  if (!plot || !over) return plot?.ctx.canvas ?? null;
  const whole = plot.ctx.canvas.cloneNode() as HTMLCanvasElement;
  const ctx = whole.getContext("2d");
  ctx?.drawImage(plot.ctx.canvas, 0, 0);
  ctx?.drawImage(over, plot.bbox.left, plot.bbox.top);
  return whole;
}

function onDrawn(state: State, u: uPlot): void {
  if (state.table) drawMarks(u, state.table);
  state.lift.redrawn();
  if (state.followed !== null) follow(state);
}

/** Show where the cursor of another chart is: a line, and the value where there is just one. */
function follow(state: State): void {
  const { plot, table, followed } = state;
  if (!plot || state.inside) return;
  const index = followCursor(plot, followed);
  if (table?.lines.length === 1) tell(state, index === null ? null : table.lines[0]?.value[index]);
}

function tell(state: State, value: number | null | undefined): void {
  const text = value === null || value === undefined ? null : formatNumber(value);
  if (text === state.told) return;
  state.told = text;
  state.handlers.onValue?.(text);
}

type Indices = readonly (number | null | undefined)[];

function onCursor(state: State, u: uPlot): void {
  const { table, spec, shape } = state;
  const at = u.cursor.left ?? -1;
  if (at < 0 || !table || !spec || !shape) {
    tell(state, null);
    return;
  }
  const indices = table.lines.map((_, i) => u.cursor.idxs?.[valueIndex(i, shape)]);
  tell(state, table.lines.length === 1 ? table.lines[0]?.value[indices[0] ?? -1] : null);
  if (state.inside) showReading(state, u, table, spec, indices);
}

function showReading(
  state: State,
  u: uPlot,
  table: Table,
  spec: ChartSpec,
  indices: Indices,
): void {
  const { left = 0, top = 0 } = u.cursor;
  const distance = (value: number) => Math.abs(u.valToPos(value, "y") - top);
  const reading = read(table, spec, { indices, distance }, words);
  if (!reading) {
    hideTip(state);
    return;
  }
  if (severalRuns(spec)) hover(reading.nearest);
  const { x, y } = u.rect;
  showTip(state, state.host, reading, { x: x + left, y: y + top }, moreLines);
}

function severalRuns(spec: ChartSpec | null): boolean {
  const [first, ...rest] = spec?.lines ?? [];
  return rest.some((line) => line.run !== first?.run);
}

function moreLines(count: number): string {
  return i18next.t("charts.moreLines", { count });
}

function onSelect(state: State, u: uPlot): void {
  const { left, width } = u.select;
  const { table, spec } = state;
  if (width < 4 || !table || !spec) return;
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  const chosen = zoomOf(spec, u.posToVal(left, "x"), u.posToVal(left + width, "x"));
  state.zoom = chosen;
  u.setScale("x", chosen); // At once with what is there; finer data follow.
  state.handlers.onZoom(chosen);
}

/** The range of y that is shown, without outliers; null: all of it. */
function bodyOf(state: State): RobustRange | null {
  const { table, shape, zoom, body, spec } = state;
  if (spec?.robust !== true || !table || !shape) return null;
  if (body?.table === table && body.zoom === zoom) return body.range;
  const axis = { axis: shape.y, linearBelow: shape.linearBelow };
  const range = robustRange(table, axis, zoom && [zoom.min, zoom.max]);
  state.body = { table, zoom, range };
  return range;
}

/** Points that the range of y leaves out: by the ends a person gave, or as outliers. */
function outside(state: State): number {
  const { spec, table, shape, zoom } = state;
  const { low, high } = spec?.limits ?? {};
  if (!spec?.limits || !table || !shape || (low === undefined && high === undefined))
    return bodyOf(state)?.outside ?? 0;
  return outsideOf(table, shape.y, spec.limits, zoom && [zoom.min, zoom.max]);
}

function zoomOf(spec: ChartSpec, min: number, max: number): Zoom {
  const range = rangeOf(min, max, spec.x);
  // Between two steps there is nothing to see.
  return spec.x === "step" && max - min < 2
    ? { min: range.lo, max: range.hi, ...range }
    : { min, max, ...range };
}
