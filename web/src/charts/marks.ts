/** Where NaN or an infinity was logged: a cross on the floor, a wedge at the top or bottom edge. */

import uPlot from "uplot";

import type { LineColumns, Table } from "./columns";
import { strokeOf, theme } from "./palette";

const SIZE = 3.5;

/** Draw the marks of `lines` over a finished plot, or on a canvas with the same coordinates. */
export function drawMarks(
  plot: uPlot,
  table: Table,
  lines: readonly LineColumns[] = table.lines,
  ctx: CanvasRenderingContext2D = plot.ctx,
): void {
  if (lines.every((line) => line.marks.size === 0)) return;
  const { bbox } = plot;
  const { bad } = theme();
  const reach = SIZE * uPlot.pxRatio;
  const floor = bbox.top + bbox.height - reach - 1;
  const ceiling = bbox.top + reach + 1;
  ctx.save();
  ctx.lineWidth = 1.5 * uPlot.pxRatio;
  for (const line of lines) {
    ctx.strokeStyle = table.lines.length === 1 ? bad : strokeOf(line.spec.style);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.beginPath();
    const taken = new Set<string>();
    for (const [index, [, nan, up, down]] of line.marks) {
      const x = Math.round(plot.valToPos(table.x[index] as number, "x", true));
      if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
      const free = (kind: string) => !taken.has(kind + x) && Boolean(taken.add(kind + x));
      if (nan && free("n")) cross(ctx, x, floor, reach);
      if (up && free("u")) wedge(ctx, x, ceiling, -reach);
      if (down && free("d")) wedge(ctx, x, floor, reach);
    }
    ctx.stroke();
  }
  ctx.restore();
}

function cross(ctx: CanvasRenderingContext2D, x: number, y: number, reach: number): void {
  ctx.moveTo(x - reach, y - reach);
  ctx.lineTo(x + reach, y + reach);
  ctx.moveTo(x + reach, y - reach);
  ctx.lineTo(x - reach, y + reach);
}

/** An open triangle whose tip points up (`way` < 0) or down. */
function wedge(ctx: CanvasRenderingContext2D, x: number, y: number, way: number): void {
  const reach = Math.abs(way);
  ctx.moveTo(x, y + way);
  ctx.lineTo(x + reach, y - way);
  ctx.lineTo(x - reach, y - way);
  ctx.closePath();
}
