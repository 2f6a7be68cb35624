import uPlot from "uplot";

import { strokeOf, theme } from "./palette";
import type { LineSpec } from "./spec";

const HEAD = 30;
const ROW = 18;
const MOST_NAMES = 20;

/** A picture of a plot as it stands, on the panel's colour, with title and, for several lines, legend. */
export function picture(
  canvas: HTMLCanvasElement,
  title: string,
  lines: readonly LineSpec[],
): HTMLCanvasElement {
  const scale = uPlot.pxRatio;
  const { panel, ink, font } = theme();
  const names = lines.length > 1 ? lines.slice(0, MOST_NAMES) : [];
  const out = document.createElement("canvas");
  out.width = canvas.width;
  out.height = canvas.height + (HEAD + (names.length ? names.length * ROW + 8 : 0)) * scale;
  const ctx = out.getContext("2d");
  if (!ctx) return out;
  ctx.fillStyle = panel;
  ctx.fillRect(0, 0, out.width, out.height);
  ctx.drawImage(canvas, 0, HEAD * scale);
  ctx.scale(scale, scale);
  const width = out.width / scale;
  ctx.fillStyle = ink;
  ctx.textBaseline = "middle";
  ctx.font = `600 12px ${font}`;
  ctx.fillText(title, 10, HEAD / 2, width - 20);
  ctx.font = `11px ${font}`;
  const below = HEAD + canvas.height / scale;
  names.forEach((line, i) => drawName(ctx, line, below + (i + 0.5) * ROW, width));
  return out;
}

function drawName(ctx: CanvasRenderingContext2D, line: LineSpec, y: number, width: number): void {
  ctx.strokeStyle = strokeOf(line.style);
  ctx.lineWidth = 2;
  ctx.setLineDash([...line.style.dash]);
  ctx.beginPath();
  ctx.moveTo(10, y);
  ctx.lineTo(30, y);
  ctx.stroke();
  ctx.fillText(line.label, 38, y, width - 48);
}
