/**
 * The lines of the run that is pointed at, over a veil that lets all others step back. They are on a
 * canvas of their own: to draw 100 lines anew in 60 charts takes half a second, and the run pointed at
 * changes with every move of the mouse.
 */

import uPlot from "uplot";

import type { LineColumns } from "./columns";
import { highlighted, onHighlight } from "./highlight";
import { drawMarks } from "./marks";
import { fade, theme } from "./palette";
import { canvasPen } from "./pen";
import type { LineSpec } from "./spec";
import { type Drawn, drawGrid, drawLines } from "./vector";

/** How much of the others the veil covers. */
const VEIL = 0.85;

export interface Lift {
  /** The plot was drawn anew, or is another one. */
  redrawn(): void;
  /** What is shown over the plot's own box; null when all lines are alike. */
  canvas(): HTMLCanvasElement | null;
  close(): void;
}

/** How long a run is pointed at before charts other than the one under the pointer lift it (ms). */
const LINGER = 60;

interface Painter {
  paint: () => void;
  inside: () => boolean;
}

const painters = new Set<Painter>();
const due = new Set<Painter>();
let framed = false;
let lingering: ReturnType<typeof setTimeout> | undefined;
let forget: (() => void) | null = null;

/** Paint at the next frame, together with all others that are due. */
function soon(painter: Painter): void {
  due.add(painter);
  if (framed) return;
  framed = true;
  requestAnimationFrame(() => {
    framed = false;
    const now = [...due];
    due.clear();
    for (const { paint } of now) paint();
  });
}

/** A mouse that crosses many lines does not make all charts flicker. */
function onChange(): void {
  for (const painter of painters) if (painter.inside()) soon(painter);
  clearTimeout(lingering);
  lingering = setTimeout(() => {
    for (const painter of painters) if (!painter.inside()) soon(painter);
  }, LINGER);
}

function watch(painter: Painter): () => void {
  painters.add(painter);
  forget ??= onHighlight(onChange);
  return () => {
    painters.delete(painter);
    due.delete(painter);
    if (painters.size > 0) return;
    clearTimeout(lingering);
    forget?.();
    forget = null;
  };
}

/** Lift whichever run is pointed at in the plot that `of` returns; `inside`: the pointer is over it. */
export function createLift(of: () => Drawn | null, inside: () => boolean): Lift {
  let canvas: HTMLCanvasElement | null = null;
  let shown = false;
  const paint = () => {
    const drawn = of();
    const lines = drawn ? liftedOf(drawn) : [];
    const before = shown;
    shown = drawn !== null && lines.length > 0;
    if (drawn && shown) {
      canvas ??= makeCanvas();
      if (canvas.parentElement !== drawn.plot.over) drawn.plot.over.prepend(canvas);
      paintOn(canvas, drawn, lines);
    }
    // Hidden and not taken away: with a moving mouse it comes back at once.
    if (canvas && shown !== before) canvas.style.visibility = shown ? "visible" : "hidden";
  };
  const painter = { paint, inside };
  const unwatch = watch(painter);
  return {
    redrawn() {
      if (shown || highlighted() !== null) soon(painter);
    },
    canvas: () => (shown ? canvas : null),
    close() {
      unwatch();
      canvas?.remove();
    },
  };
}

function makeCanvas(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.className = "pointer-events-none absolute inset-0 size-full";
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

/** The lines to lift; none where all or none are of the run. */
function liftedOf({ table }: Drawn): LineColumns[] {
  const run = highlighted();
  if (run === null) return [];
  const lines = table.lines.filter((line) => isOf(line.spec, run));
  return lines.length < table.lines.length ? lines : [];
}

function isOf(line: LineSpec, run: string): boolean {
  return line.run === run || (line.members?.includes(run) ?? false);
}

function paintOn(canvas: HTMLCanvasElement, drawn: Drawn, lines: readonly LineColumns[]): void {
  const ctx = canvas.getContext("2d");
  if (!ctx) return;
  const { plot, table } = drawn;
  const { panel, font } = theme();
  const { left, top } = plot.bbox;
  const [width, height] = [Math.round(plot.bbox.width), Math.round(plot.bbox.height)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.globalAlpha = 1;
  ctx.clearRect(0, 0, width, height);
  ctx.fillStyle = fade(panel, VEIL);
  ctx.fillRect(0, 0, width, height);
  ctx.scale(uPlot.pxRatio, uPlot.pxRatio);
  const pen = canvasPen(ctx, font);
  const corner = { left: 0, top: 0 };
  drawGrid(pen, drawn, corner);
  drawLines(pen, drawn, lines, corner);
  ctx.setTransform(1, 0, 0, 1, -left, -top);
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
  drawMarks(plot, table, lines, ctx);
}
