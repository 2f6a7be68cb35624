/** What a chart of one value per run looks like, apart from where it is drawn. */

import { formatNumber, formatSetting } from "@/lib/format";

import type { LineStyle } from "../palette";
import type { Pen } from "../pen";
import type { Named } from "../picture";
import type { Value } from "./runs";

export interface Size {
  width: number;
  height: number;
}

/** What is under the pointer. */
export interface Found {
  /** The runs it stands for. */
  runs: readonly string[];
  head: string;
  rows: readonly FoundRow[];
}

export interface FoundRow {
  label: string;
  style: LineStyle;
  value: Value;
  delta?: string;
}

export interface Scene {
  paint(pen: Pen, size: Size, lifted: string | null): void;
  at(x: number, y: number, size: Size): Found | null;
  legend: readonly Named[];
  /** Its values, for a table and for a file. */
  header: readonly string[];
  rows: readonly (readonly Value[])[];
  /** Runs that have no place in it. */
  missing: number;
  /** The height at which everything has room. */
  natural?: number;
}

/** A value as a person reads it. */
export function valueText(value: Value): string {
  if (value === null) return "–";
  return typeof value === "number" ? formatNumber(value) : formatSetting(value);
}

/** A moment or a duration stands as what it is; all else as a number or word. */
export function quantityText(quantity: string, value: Value, language: string): string {
  if (typeof value !== "number") return valueText(value);
  if (quantity === "created") return new Date(value).toLocaleString(language);
  if (quantity === "duration") return `${formatNumber(value / 1000)} s`;
  return valueText(value);
}

/** A text cut so that it fits into a width. */
export function cut(pen: Pen, text: string, width: number): string {
  if (pen.measure(text, {}) <= width) return text;
  const letters = [...text];
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (pen.measure(`${letters.slice(0, middle).join("")}…`, {}) <= width) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join("")}…`;
}
