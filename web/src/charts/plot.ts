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

import { type Column, drawnAxis, stepsBetween, type Table, toTable } from "./columns";
import { drawMarks } from "./marks";
import { buildOptions, columnsOf, linearBelow, type Shape, valueIndex } from "./options";
import { fade, onThemeChange, theme } from "./palette";
import { read, type Words } from "./reading";
import type { ChartSpec, Zoom } from "./spec";
import { hideTip, showTip, togglePin } from "./tooltip";

export interface PlotHandlers {
  /** A stretch of x was chosen by dragging, or all of it again by a double click (null). */
  onZoom: (zoom: Zoom | null) => void;
  /** The value at the cursor of a chart of one line; null when the cursor has gone. */
  onValue?: (text: string | null) => void;
  /** The width of the chart in CSS pixels, first and whenever it changes. */
  onWidth?: (width: number) => void;
}

export interface Plot {
  /** What to draw and which part of it; cheap when nothing changed. */
  show(spec: ChartSpec, zoom: Zoom | null): void;
  draw(frame: FrameChart): void;
  table(): Table | null;
  canvas(): HTMLCanvasElement | null;
  destroy(): void;
}

const words: Words = {
  step: (step) => i18next.t("charts.step", { step }),
  steps: (from, to) => i18next.t("charts.steps", { from, to }),
};

/** Make a plot that fills `host` (which needs a size of its own). */
export function createPlot(
  host: HTMLElement,
  handlers: PlotHandlers,
  syncKey: string | null,
): Plot {
  let spec: ChartSpec | null = null;
  let zoom: Zoom | null = null;
  let frame: FrameChart | null = null;
  let table: Table | null = null;
  let shape: Shape | null = null;
  let plot: uPlot | null = null;
  let form = "";
  let size = { width: 0, height: 0 };
  let inside = false;
  const self = {};

  const refresh = () => {
    if (!spec || !frame || size.width === 0) return;
    table = toTable(frame, spec);
    shape = shapeOf(spec, table);
    if (table.empty) {
      close();
      return;
    }
    const data = dataOf(table, shape);
    const next = formOf(spec, shape);
    if (plot && next === form) plot.setData(data);
    else {
      close();
      form = next;
      plot = open(spec, shape, data);
    }
  };

  const open = (of: ChartSpec, as: Shape, data: uPlot.AlignedData) => {
    const zoomed = () => (zoom ? ([zoom.min, zoom.max] as const) : null);
    const options = buildOptions({ spec: of, shape: as, theme, zoomed, syncKey });
    const made = new uPlot(
      {
        ...options,
        ...size,
        hooks: {
          draw: [(u) => table && drawMarks(u, table)],
          setCursor: [onCursor],
          setSelect: [onSelect],
        },
      },
      data,
      host,
    );
    made.over.addEventListener("mouseenter", () => {
      inside = true;
    });
    made.over.addEventListener("mouseleave", () => {
      inside = false;
      hideTip(self);
    });
    made.over.addEventListener("click", () => togglePin(self));
    made.over.addEventListener("dblclick", () => {
      hideTip(self, true);
      handlers.onZoom(null);
    });
    return made;
  };

  const onCursor = (u: uPlot) => {
    const at = u.cursor.left ?? -1;
    if (at < 0 || !table || !spec || !shape) {
      handlers.onValue?.(null);
      return;
    }
    const drawn = shape;
    const indices = table.lines.map((_, i) => u.cursor.idxs?.[valueIndex(i, drawn)]);
    const only = table.lines.length === 1 ? table.lines[0]?.value[indices[0] ?? -1] : null;
    handlers.onValue?.(only === null || only === undefined ? null : formatNumber(only));
    if (inside) tip(u, table, spec, indices);
  };

  const tip = (
    u: uPlot,
    of: Table,
    as: ChartSpec,
    indices: readonly (number | null | undefined)[],
  ) => {
    const { left = 0, top = 0 } = u.cursor;
    const distance = (value: number) => Math.abs(u.valToPos(value, "y") - top);
    const reading = read(of, as, { indices, distance }, words);
    if (!reading) {
      hideTip(self);
      return;
    }
    const { x, y } = u.rect;
    showTip(self, host, reading, { x: x + left, y: y + top }, (count) =>
      i18next.t("charts.moreLines", { count }),
    );
  };

  const onSelect = (u: uPlot) => {
    const { left, width } = u.select;
    if (width < 4 || !table || !spec) return;
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const chosen = zoomOf(table, spec, u.posToVal(left, "x"), u.posToVal(left + width, "x"));
    if (!chosen) return;
    zoom = chosen;
    u.setScale("x", chosen); // At once with what is there; finer data follow.
    handlers.onZoom(chosen);
  };

  const close = () => {
    hideTip(self, true);
    inside = false;
    plot?.destroy();
    plot = null;
    form = "";
  };

  const observer = new ResizeObserver(([entry]) => {
    if (!entry) return;
    const { width, height } = entry.contentRect;
    const next = { width: Math.floor(width), height: Math.floor(height) };
    if (next.width === size.width && next.height === size.height) return;
    size = next;
    handlers.onWidth?.(next.width);
    if (plot && size.width > 0) plot.setSize(size);
    else refresh();
  });
  observer.observe(host);
  const forgetTheme = onThemeChange(() => plot?.redraw(false, true));

  return {
    show(nextSpec, nextZoom) {
      const same = spec === nextSpec;
      const moved = zoom?.min !== nextZoom?.min || zoom?.max !== nextZoom?.max;
      spec = nextSpec;
      zoom = nextZoom;
      if (!same) refresh();
      else if (moved && plot && table) plot.setData(dataOf(table, shapeOf(spec, table)));
    },
    draw(next) {
      if (frame === next) return;
      frame = next;
      refresh();
    },
    table: () => table,
    canvas: () => plot?.ctx.canvas ?? null,
    destroy() {
      observer.disconnect();
      forgetTheme();
      close();
    },
  };
}

function shapeOf(spec: ChartSpec, table: Table): Shape {
  return {
    banded: table.banded,
    smoothed: table.smoothed,
    y: drawnAxis(spec, table),
    linearBelow: linearBelow(table.low, table.high),
  };
}

/** What a plot is built for; the same form takes new data without being built anew. */
function formOf(spec: ChartSpec, shape: Shape): string {
  const lines = spec.lines.map((line) => [line.run, line.key, line.rank, line.style]);
  const threshold = shape.y === "symlog" ? shape.linearBelow : 0;
  return JSON.stringify([
    lines,
    spec.x,
    spec.atLeast,
    spec.language,
    shape.banded,
    shape.smoothed,
    shape.y,
    threshold,
  ]);
}

function dataOf(table: Table, shape: Shape): uPlot.AlignedData {
  const columns: Column[] = table.lines.flatMap((line) =>
    columnsOf(shape).map((name) => line[name] ?? line.value),
  );
  return [table.x, ...columns] as unknown as uPlot.AlignedData;
}

function zoomOf(table: Table, spec: ChartSpec, min: number, max: number): Zoom | null {
  const steps = stepsBetween(table, min, max, spec.x);
  if (!steps) return null;
  // Between two steps there is nothing to see.
  return spec.x === "step" && max - min < 2
    ? { min: steps.lo, max: steps.hi, ...steps }
    : { min, max, ...steps };
}

/** A picture of the plot as it stands, on the panel's colour, with title and legend. */
export function picture(canvas: HTMLCanvasElement, spec: ChartSpec): HTMLCanvasElement {
  const scale = uPlot.pxRatio;
  const { panel, ink, font, runs } = theme();
  const names = spec.lines.length > 1 ? spec.lines.slice(0, 20) : [];
  const row = 18 * scale;
  const head = 30 * scale;
  const out = document.createElement("canvas");
  out.width = canvas.width;
  out.height = canvas.height + head + (names.length ? names.length * row + 8 * scale : 0);
  const ctx = out.getContext("2d");
  if (!ctx) return out;
  ctx.fillStyle = panel;
  ctx.fillRect(0, 0, out.width, out.height);
  ctx.drawImage(canvas, 0, head);
  ctx.fillStyle = ink;
  ctx.textBaseline = "middle";
  ctx.font = `600 ${12 * scale}px ${font}`;
  ctx.fillText(spec.title, 10 * scale, head / 2, out.width - 20 * scale);
  ctx.font = `${11 * scale}px ${font}`;
  names.forEach((line, i) => {
    const y = head + canvas.height + i * row + row / 2;
    ctx.strokeStyle = fade(runs[line.style.hue] ?? ink, 1);
    ctx.lineWidth = 2 * scale;
    ctx.setLineDash(line.style.dash.map((one) => one * scale));
    ctx.beginPath();
    ctx.moveTo(10 * scale, y);
    ctx.lineTo(30 * scale, y);
    ctx.stroke();
    ctx.fillText(line.label, 38 * scale, y, out.width - 48 * scale);
  });
  return out;
}
