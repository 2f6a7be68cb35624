/** How large panels and the items in them are, known before anything of them is asked for. */

import type { PanelSpec } from "./panels";
import type { Size } from "./view";

/** Gap between cards (px). */
export const GAP = 8;
export const HEADER = 28;
export const SLIDER = 30;
/** The border, and the space at both ends of the body. */
const EDGES = 12;
/** The name of a run above its items. */
export const LABEL = 20;

/** Least width of a panel, height of its body, and width of an item in a grid of runs (px). */
const ROOM: Record<Size, { panel: number; body: number; tile: number }> = {
  small: { panel: 220, body: 150, tile: 88 },
  normal: { panel: 320, body: 230, tile: 132 },
  large: { panel: 520, body: 380, tile: 240 },
};

/** What grids of several runs may take before they scroll, in bodies. */
const MOST_BODIES = 2.2;

/** How an item lies: like a picture, along a line, or over a page. */
export type Shape = "tile" | "strip" | "page";

export function shapeOf(kind: string): Shape {
  if (kind === "image" || kind === "video") return "tile";
  return kind === "audio" ? "strip" : "page";
}

/** The height of an item that is no tile (px). */
export const HIGH: Record<Exclude<Shape, "tile">, number> = { strip: 84, page: 190 };

export function tileOf(size: Size): number {
  return ROOM[size].tile;
}

/** Least width of a panel beside others (px). */
export function widthOf({ kind, rows, most }: PanelSpec, size: Size): number {
  const { panel } = ROOM[size];
  return rows.length > 1 && (most > 1 || shapeOf(kind) !== "tile") ? panel * 1.5 : panel;
}

/** Height of a panel's body (px), so that what stands below it does not move when it comes. */
export function bodyOf({ kind, rows, most }: PanelSpec, size: Size): number {
  const { body, tile } = ROOM[size];
  if (rows.length < 2) return body;
  const shape = shapeOf(kind);
  const row = LABEL + GAP + (shape === "tile" ? tile : HIGH[shape]);
  if (shape === "tile" && most === 1) return Math.max(body, Math.min(rows.length, 3) * row * 0.6);
  return Math.round(Math.max(body, Math.min(rows.length * row, body * MOST_BODIES)));
}

export function heightOf(spec: PanelSpec, size: Size): number {
  return HEADER + SLIDER + EDGES + bodyOf(spec, size);
}

/** How many of `count` items of this ratio stand beside each other so that they are largest. */
export function columnsFor(count: number, width: number, height: number, ratio = 1): number {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const wide = (width - (columns - 1) * 4) / columns;
    const high = (height - (rows - 1) * 4) / rows;
    const size = Math.min(wide, high * ratio);
    if (size > best.size) best = { columns, size };
  }
  return best.columns;
}
