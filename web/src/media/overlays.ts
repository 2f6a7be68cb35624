/** Boxes and masks over a picture: read out of what was logged, and drawn. */

import { isObject } from "@/lib/flatten";

import type { MediaItem } from "@/api/messages";

export interface Box {
  /** Left, top, right, bottom, as shares of the picture unless `pixel`. */
  at: readonly [number, number, number, number];
  class: number;
  pixel: boolean;
  caption: string | null;
  /** The highest of its scores; null: it has none. */
  score: number | null;
}

export interface Overlays {
  boxes: { name: string; labels: Readonly<Record<string, string>>; boxes: Box[] }[];
  masks: { name: string; labels: Readonly<Record<string, string>>; digest: string | null }[];
}

/** A class that can be drawn or not. */
export interface ClassOf {
  /** `overlay/class`. */
  id: string;
  overlay: string;
  label: string;
  color: string;
}

/**
 * Told apart by those who do not tell red from green, and on pictures of any colour: the palette of
 * the runs, in its tone for the dark theme, then the same hues turned.
 */
const COLORS = [
  "#f08a3c",
  "#4aa8e0",
  "#35c79b",
  "#e39bc4",
  "#e0d04a",
  "#b491d6",
  "#ff6b5e",
  "#8fd0f5",
  "#9fd35a",
  "#c9a27e",
];

/** The colour of a class, the same in every picture. */
export function colorOf(number: number): string {
  return COLORS[((number % COLORS.length) + COLORS.length) % COLORS.length] ?? "#ffffff";
}

export function idOf(overlay: string, number: number): string {
  return `${overlay}/${number}`;
}

function labelsOf(value: unknown): Record<string, string> {
  const labels = isObject(value) && isObject(value.labels) ? value.labels : {};
  return Object.fromEntries(Object.entries(labels).map(([id, name]) => [id, String(name)]));
}

function boxOf(value: unknown): Box[] {
  if (!isObject(value) || !Array.isArray(value.at)) return [];
  const [left, top, right, bottom] = value.at.map(Number);
  if (left === undefined || top === undefined || right === undefined || bottom === undefined)
    return [];
  if (![left, top, right, bottom].every(Number.isFinite)) return [];
  const scores = isObject(value.scores) ? Object.values(value.scores).map(Number) : [];
  const finite = scores.filter(Number.isFinite);
  return [
    {
      at: [left, top, right, bottom],
      class: Math.trunc(Number(value.class ?? 0)) || 0,
      pixel: value.pixel === true,
      caption: typeof value.caption === "string" ? value.caption : null,
      score: finite.length === 0 ? null : Math.max(...finite),
    },
  ];
}

const NONE: Overlays = { boxes: [], masks: [] };

/** What lies over the picture, out of whatever was logged. */
export function overlaysOf({ meta, files }: Pick<MediaItem, "meta" | "files">): Overlays {
  const { boxes, masks } = meta;
  if (!isObject(boxes) && !isObject(masks)) return NONE;
  return {
    boxes: Object.entries(isObject(boxes) ? boxes : {}).map(([name, one]) => ({
      name,
      labels: labelsOf(one),
      boxes: isObject(one) && Array.isArray(one.boxes) ? one.boxes.flatMap(boxOf) : [],
    })),
    masks: Object.entries(isObject(masks) ? masks : {}).map(([name, one]) => ({
      name,
      labels: labelsOf(one),
      digest: files[name] ?? null,
    })),
  };
}

/** The classes of these pictures, overlay by overlay, each once. */
export function classesOf(all: readonly Overlays[]): ClassOf[] {
  const found = new Map<string, ClassOf>();
  const add = (overlay: string, number: number, labels: Readonly<Record<string, string>>) => {
    const id = idOf(overlay, number);
    const label = labels[String(number)] ?? String(number);
    if (!found.has(id)) found.set(id, { id, overlay, label, color: colorOf(number) });
  };
  for (const { boxes, masks } of all) {
    for (const { name, labels, boxes: some } of boxes)
      for (const one of some) add(name, one.class, labels);
    for (const { name, labels } of masks)
      for (const number of Object.keys(labels)) add(name, Number(number), labels);
  }
  return [...found.values()];
}

/** The least and greatest score of any box; null: none has one. */
export function scoresOf(all: readonly Overlays[]): { low: number; high: number } | null {
  const scores = all.flatMap(({ boxes }) =>
    boxes.flatMap((one) => one.boxes.flatMap(({ score }) => score ?? [])),
  );
  if (scores.length === 0) return null;
  return scores.reduce(
    ({ low, high }, one) => ({ low: Math.min(low, one), high: Math.max(high, one) }),
    { low: Infinity, high: -Infinity },
  );
}

export interface Chosen {
  off: ReadonlySet<string>;
  least: number | undefined;
}

/** Is the box drawn? A box without a score is drawn whatever the threshold. */
export function isDrawn(overlay: string, box: Box, { off, least }: Chosen): boolean {
  return (
    !off.has(idOf(overlay, box.class)) &&
    (least === undefined || box.score === null || box.score >= least)
  );
}

/** Where the picture lies on the canvas (CSS px), and how large it is itself. */
export interface Lie {
  x: number;
  y: number;
  width: number;
  height: number;
  pixelsWide: number;
  pixelsHigh: number;
}

export interface DrawBoxes {
  overlays: Overlays;
  chosen: Chosen;
  lie: Lie;
  /** With names and scores at the boxes. */
  words: boolean;
  font: string;
}

/** Draw the boxes that are chosen. */
export function drawBoxes(pen: CanvasRenderingContext2D, given: DrawBoxes): void {
  const { overlays, chosen, lie, words, font } = given;
  pen.font = `11px ${font}`;
  pen.textBaseline = "middle";
  for (const { name, labels, boxes } of overlays.boxes)
    for (const box of boxes) {
      if (!isDrawn(name, box, chosen)) continue;
      const [x, y, width, height] = placed(box, lie);
      const color = colorOf(box.class);
      pen.lineWidth = 3;
      pen.strokeStyle = "rgb(0 0 0 / 55%)";
      pen.strokeRect(x, y, width, height);
      pen.lineWidth = 1.5;
      pen.strokeStyle = color;
      pen.strokeRect(x, y, width, height);
      if (words) drawWords(pen, wordsOf(box, labels), x, y, color);
    }
}

function placed({ at, pixel }: Box, lie: Lie): [number, number, number, number] {
  const [left, top, right, bottom] = at;
  const [wide, high] = pixel ? [lie.pixelsWide || 1, lie.pixelsHigh || 1] : [1, 1];
  return [
    lie.x + (left / wide) * lie.width,
    lie.y + (top / high) * lie.height,
    ((right - left) / wide) * lie.width,
    ((bottom - top) / high) * lie.height,
  ];
}

function wordsOf(box: Box, labels: Readonly<Record<string, string>>): string {
  if (box.caption !== null) return box.caption;
  const label = labels[String(box.class)] ?? String(box.class);
  return box.score === null ? label : `${label} ${box.score.toFixed(2)}`;
}

const WORDS = 16;

function drawWords(
  pen: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  color: string,
): void {
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  const width = pen.measureText(short).width + 8;
  const top = y >= WORDS ? y - WORDS : y;
  pen.fillStyle = color;
  pen.fillRect(x - 1, top, width, WORDS);
  pen.fillStyle = "#101113";
  pen.fillText(short, x + 3, top + WORDS / 2 + 0.5);
}

/** How strongly a mask covers the picture, 0 to 255. */
const COVER = 128;

/**
 * The colours of a mask's levels, as the pixels of an image of that size. `levels` holds four bytes
 * a pixel of which the first is the class.
 */
export function paintMask(
  levels: Uint8ClampedArray,
  name: string,
  labels: Readonly<Record<string, string>>,
  off: ReadonlySet<string>,
): Uint8ClampedArray<ArrayBuffer> {
  const palette = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level += 1) {
    // The class 0 without a name is what nothing was found in.
    const drawn = !off.has(idOf(name, level)) && (level > 0 || "0" in labels);
    if (!drawn) continue;
    const hex = Number.parseInt(colorOf(level).slice(1), 16);
    palette.set([hex >> 16, (hex >> 8) & 255, hex & 255, COVER], level * 4);
  }
  const painted = new Uint8ClampedArray(levels.length);
  for (let at = 0; at < levels.length; at += 4) {
    const from = (levels[at] ?? 0) * 4;
    for (let part = 0; part < 4; part += 1) painted[at + part] = palette[from + part] ?? 0;
  }
  return painted;
}
