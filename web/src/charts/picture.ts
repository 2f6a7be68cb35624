import uPlot from "uplot";

import type { Table } from "./columns";
import { type LineStyle, strokeOf, theme } from "./palette";
import { canvasPen, type Pen, svgPen } from "./pen";

/** What can be saved of a chart on the page. */
export interface Picture {
  /** The chart as it stands; null before it is drawn. */
  canvas(): HTMLCanvasElement | null;
  /** Draw it anew with this pen, its top left at 0, 0. */
  drawWith(pen: Pen): void;
  /** Names that belong below the picture. */
  legend(): readonly Named[];
  /** The data of a chart of lines. */
  table?(): Table | null;
  /** Save the values of a chart of one value per run. */
  saveValues?: (() => void) | undefined;
}

export interface Named {
  label: string;
  style: LineStyle;
}

const HEAD = 30;
const ROW = 18;
const MOST_NAMES = 20;

function namesOf(picture: Picture): readonly Named[] {
  const names = picture.legend();
  return names.length > 1 ? names.slice(0, MOST_NAMES) : [];
}

function belowOf(names: readonly Named[]): number {
  return names.length ? names.length * ROW + 8 : 0;
}

/** The chart on the panel's colour, with its title and, for several lines, their names, as pixels. */
export function pixels(picture: Picture, title: string): HTMLCanvasElement | null {
  const canvas = picture.canvas();
  if (canvas === null) return null;
  const scale = uPlot.pxRatio;
  const { panel, font } = theme();
  const names = namesOf(picture);
  const out = document.createElement("canvas");
  out.width = canvas.width;
  out.height = canvas.height + (HEAD + belowOf(names)) * scale;
  const ctx = out.getContext("2d");
  if (!ctx) return null;
  ctx.fillStyle = panel;
  ctx.fillRect(0, 0, out.width, out.height);
  ctx.drawImage(canvas, 0, HEAD * scale);
  ctx.scale(scale, scale);
  drawFrame(canvasPen(ctx, font), title, names, canvas.height / scale);
  return out;
}

/** The same as strokes, that any size draws sharply. */
export function drawing(picture: Picture, title: string): string | null {
  const canvas = picture.canvas();
  if (canvas === null) return null;
  const { panel, font } = theme();
  const names = namesOf(picture);
  const [width, height] = [canvas.width / uPlot.pxRatio, canvas.height / uPlot.pxRatio];
  const whole = HEAD + height + belowOf(names);
  const pen = svgPen(width, whole, font);
  pen.box(0, 0, width, whole, { color: panel });
  pen.at(0, HEAD, () => picture.drawWith(pen));
  drawFrame(pen, title, names, height);
  return pen.toString();
}

function drawFrame(pen: Pen, title: string, names: readonly Named[], height: number): void {
  const { ink } = theme();
  pen.text(10, HEAD / 2, title, { color: ink, size: 12, bold: true });
  names.forEach(({ label, style }, i) => {
    const y = HEAD + height + (i + 0.5) * ROW;
    pen.line([10, y, 30, y], { color: strokeOf(style), width: 2, dash: style.dash });
    pen.text(38, y, label, { color: ink });
  });
}
