/** Runs as lines over parallel axes, one per quantity (Inselberg 1985). */

import type { ParallelDef } from "../custom";
import { type LineStyle, strokeOf, theme } from "../palette";
import type { Pen } from "../pen";
import { type Axis, axisOf } from "./axis";
import { styleOf } from "./colors";
import type { PanelRun, Value } from "./runs";
import { cut, type Found, type Scene, type Size } from "./scene";

type Read = (run: PanelRun, quantity: string) => Value;

/** The part of an axis that is brushed, in shares of it; by the place of the column. */
export type Brushes = ReadonlyMap<number, readonly [low: number, high: number]>;

interface Line {
  run: PanelRun;
  values: readonly Value[];
  shares: readonly number[];
  style: LineStyle;
}

export interface ParallelScene extends Scene {
  axes: readonly Axis[];
  /** The axis at a place in the picture, and its share there; null beside all axes. */
  axisAt(x: number, y: number, size: Size): { column: number; share: number } | null;
  /** Runs within all brushes. */
  brushed: readonly PanelRun[];
}

const NEAR = 8;
const SIDE = 44;
const TOP = 30;
const BOTTOM = 10;

export function parallelScene(
  def: ParallelDef,
  { runs, read, brushes }: { runs: readonly PanelRun[]; read: Read; brushes: Brushes },
): ParallelScene {
  const table = runs.map((run) => ({ run, values: def.columns.map((one) => read(run, one)) }));
  const axes = def.columns.map((_, i) =>
    axisOf(
      table.map(({ values }) => values[i] ?? null),
      "auto",
    ),
  );
  const last = def.columns.length - 1;
  const lines = table.flatMap(({ run, values }): Line[] => {
    const shares = values.map((value, i) => axes[i]?.share(value) ?? null);
    if (shares.some((share) => share === null)) return [];
    const style = styleOf(values[last] ?? null, axes[last] as Axis) ?? run.style;
    return [{ run, values, shares: shares as number[], style }];
  });
  const inside = lines.filter(({ shares }) => within(shares, brushes));
  return {
    axes,
    brushed: inside.map(({ run }) => run),
    paint: (pen, size, lifted) => paint(pen, size, { def, axes, lines, inside, brushes, lifted }),
    at: (x, y, size) => lineAt(inside, def, x, y, size),
    axisAt: (x, y, size) => axisAt(def.columns.length, x, y, size),
    legend: [],
    header: ["run", ...def.columns],
    rows: inside.map(({ run, values }): Value[] => ([run.name] as Value[]).concat(values)),
    missing: runs.length - lines.length,
  };
}

function within(shares: readonly number[], brushes: Brushes): boolean {
  for (const [column, [low, high]] of brushes) {
    const share = shares[column] ?? Number.NaN;
    // A brush set by its numbers must not lose the run at its very end to rounding.
    if (!(share >= low - 1e-9 && share <= high + 1e-9)) return false;
  }
  return true;
}

function xOf(column: number, count: number, { width }: Size): number {
  return SIDE + ((width - 2 * SIDE) * column) / Math.max(1, count - 1);
}

function yOf(share: number, { height }: Size): number {
  return TOP + (1 - share) * (height - TOP - BOTTOM);
}

interface Painting {
  def: ParallelDef;
  axes: readonly Axis[];
  lines: readonly Line[];
  inside: readonly Line[];
  brushes: Brushes;
  lifted: string | null;
}

function paint(pen: Pen, size: Size, painting: Painting): void {
  const { def, axes, lines, inside, brushes, lifted } = painting;
  const { ink, faint, grid } = theme();
  const count = axes.length;
  const points = ({ shares }: Line) =>
    shares.flatMap((share, i) => [xOf(i, count, size), yOf(share, size)]);
  const some = lifted !== null && inside.some(({ run }) => run.id === lifted);
  if (inside.length < lines.length) {
    const kept = new Set(inside);
    for (const line of lines)
      if (!kept.has(line)) pen.line(points(line), { color: grid, width: 1 });
  }
  const opacity = some ? 0.12 : Math.max(0.25, Math.min(0.85, 40 / inside.length));
  for (const line of inside)
    pen.line(points(line), { color: strokeOf(line.style), width: 1.25, opacity });
  for (const line of inside)
    if (some && line.run.id === lifted)
      pen.line(points(line), { color: strokeOf(line.style), width: 3 });
  axes.forEach((axis, i) => {
    const x = xOf(i, count, size);
    pen.line([x, TOP, x, size.height - BOTTOM], { color: ink, width: 1 });
    const room = Math.min(120, (size.width - 2 * SIDE) / Math.max(1, count - 1) - 6);
    const name = `${def.columns[i] ?? ""}${axis.log ? " (log)" : ""}`;
    pen.text(x, 10, cut(pen, name, room), { color: ink, align: "center" });
    for (const { share, label } of axis.ticks) {
      const y = yOf(share, size);
      pen.line([x - 3, y, x, y], { color: ink, width: 1 });
      const text = cut(pen, label, SIDE - 6);
      const width = pen.measure(text, {});
      // Lines run through here: the label stands on the panel's colour.
      pen.box(x - 7 - width, y - 7, width + 3, 14, { color: theme().panel, opacity: 0.8 });
      pen.text(x - 6, y, text, { color: faint, align: "right" });
    }
    const brush = brushes.get(i);
    if (brush) {
      const [low, high] = brush;
      const top = yOf(high, size);
      const height = Math.max(2, yOf(low, size) - top);
      pen.box(x - 6, top, 12, height, { color: theme().runs[0] ?? ink, opacity: 0.3 });
    }
  });
}

function axisAt(
  count: number,
  x: number,
  y: number,
  size: Size,
): { column: number; share: number } | null {
  for (let column = 0; column < count; column++)
    if (Math.abs(xOf(column, count, size) - x) <= 10) {
      const share = 1 - (y - TOP) / (size.height - TOP - BOTTOM);
      return { column, share: Math.min(1, Math.max(0, share)) };
    }
  return null;
}

function lineAt(
  lines: readonly Line[],
  def: ParallelDef,
  x: number,
  y: number,
  size: Size,
): Found | null {
  const count = def.columns.length;
  const gap = (size.width - 2 * SIDE) / Math.max(1, count - 1);
  const left = Math.min(count - 2, Math.max(0, Math.floor((x - SIDE) / gap)));
  const between = (x - xOf(left, count, size)) / gap;
  let found: Line | null = null;
  let least = NEAR;
  for (const line of lines) {
    const [from = 0, to = 0] = line.shares.slice(left, left + 2);
    const away = Math.abs(yOf(from + (to - from) * between, size) - y);
    if (away < least) [found, least] = [line, away];
  }
  if (found === null) return null;
  const { run, values, style } = found;
  return {
    runs: [run.id],
    head: run.name,
    rows: def.columns.map((label, i) => ({ label, style, value: values[i] ?? null })),
  };
}
