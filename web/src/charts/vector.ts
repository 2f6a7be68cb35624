/** A plot of lines drawn anew as strokes, from its scales and the ticks it shows. */

import type uPlot from "uplot";

import type { Column, LineColumns, Table } from "./columns";
import { BASELINE, lineWidth } from "./options";
import { strokeOf, theme } from "./palette";
import type { Box, Pen } from "./pen";
import type { ChartSpec } from "./spec";

/** The ticks of an axis as last drawn. */
export interface Ticks {
  at: readonly number[];
  labels: readonly (string | number | null)[];
}

export interface Drawn {
  plot: uPlot;
  table: Table;
  spec: ChartSpec;
  ticks: { x: Ticks; y: Ticks };
}

/** Draw axes, bands and lines as the plot shows them; its top left is at 0, 0. */
export function drawVector(pen: Pen, drawn: Drawn): void {
  const { plot, table, ticks } = drawn;
  const { faint } = theme();
  const box = plotBox(plot);
  const { left, top, height } = box;
  drawGrid(pen, drawn, box);
  gridOf(drawn).forEach(([y, label]) =>
    pen.text(left - 6, top + y, label, { color: faint, align: "right" }),
  );
  ticks.x.at.forEach((tick, i) => {
    const lines = String(ticks.x.labels[i] ?? "").split("\n");
    lines.forEach((text, row) =>
      pen.text(left + plot.valToPos(tick, "x"), top + height + 4 + row * 13, text, {
        color: faint,
        align: "center",
        baseline: "top",
      }),
    );
  });
  pen.within(box, () => drawLines(pen, drawn, table.lines, box));
}

/** Where the plot's own box begins, in what is drawn on (CSS pixels). */
type Corner = Pick<Box, "left" | "top">;

/** Draw the lines of the grid. */
export function drawGrid(pen: Pen, drawn: Drawn, { left, top }: Corner): void {
  const { grid } = theme();
  const { width } = plotBox(drawn.plot);
  for (const [y] of gridOf(drawn))
    pen.line([left, top + y, left + width, top + y], { color: grid, width: 1 });
}

/** The ticks of y that are in sight: how far below the top (CSS pixels), and their labels. */
function gridOf({ plot, ticks }: Drawn): [y: number, label: string][] {
  const { height } = plotBox(plot);
  return ticks.y.at
    .map((tick, i): [number, string] => [plot.valToPos(tick, "y"), String(ticks.y.labels[i] ?? "")])
    .filter(([y]) => y >= -1 && y <= height + 1);
}

/** Draw some lines of the plot, with their bands. */
export function drawLines(
  pen: Pen,
  { plot, table, spec }: Drawn,
  lines: readonly LineColumns[],
  { left, top }: Corner,
): void {
  const x = (value: number) => left + plot.valToPos(value, "x");
  const y = (value: number) => top + plot.valToPos(value, "y");
  if (table.banded) for (const line of lines) drawBand(pen, table, line, x, y);
  for (const line of lines) drawLine(pen, table, line, spec, x, y);
}

/** The box of the plot itself, in CSS pixels of the whole. */
function plotBox(plot: uPlot): Box {
  const ratio = plot.ctx.canvas.width / plot.width;
  const { left, top, width, height } = plot.bbox;
  return { left: left / ratio, top: top / ratio, width: width / ratio, height: height / ratio };
}

type Scale = (value: number) => number;

function drawBand(pen: Pen, table: Table, line: LineColumns, x: Scale, y: Scale): void {
  const color = strokeOf(line.spec.style);
  for (const [from, to] of stretches(line.high ?? [], line.low ?? [])) {
    const points: number[] = [];
    const edge = (column: Column | null, i: number) => {
      const value = column?.[i];
      if (typeof value === "number") points.push(x(table.x[i] as number), y(value));
    };
    for (let i = from; i < to; i++) edge(line.high, i);
    for (let i = to - 1; i >= from; i--) edge(line.low, i);
    if (points.length > 4) pen.area(points, { color, opacity: 0.16 });
  }
}

function drawLine(
  pen: Pen,
  table: Table,
  line: LineColumns,
  spec: ChartSpec,
  x: Scale,
  y: Scale,
): void {
  const color = strokeOf(line.spec.style);
  const width = line.spec.run === spec.baseline ? BASELINE : lineWidth(table.lines.length);
  const { dash } = line.spec.style;
  const draw = (column: Column, opacity: number) => {
    for (const [from, to] of stretches(column)) {
      const points: number[] = [];
      for (let i = from; i < to; i++) {
        const value = column[i];
        if (typeof value !== "number") continue;
        const at = y(value);
        if (Number.isFinite(at)) points.push(x(table.x[i] as number), at);
      }
      if (points.length === 2) pen.dot(points[0] as number, points[1] as number, 2, { color });
      else if (points.length > 2) pen.line(points, { color, width, dash, opacity });
    }
  };
  if (line.raw) draw(line.raw, 0.3);
  draw(line.value, 1);
}

/** Stretches without a break (null); places without a point (undefined) break nothing. */
function stretches(...columns: Column[]): [from: number, to: number][] {
  const length = Math.max(...columns.map((column) => column.length));
  const found: [number, number][] = [];
  let from = 0;
  for (let i = 0; i <= length; i++) {
    if (i < length && columns.every((column) => column[i] !== null)) continue;
    if (i > from) found.push([from, i]);
    from = i + 1;
  }
  return found;
}
