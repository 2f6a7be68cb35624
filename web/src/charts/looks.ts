/** Settings at three levels: the page's, what a section has different, what a chart has different. */

import { isObject } from "@/lib/flatten";

import { type ChartSettings, RANGES, RANKS, X_AXES, Y_AXES } from "./settings";
import { SMOOTHERS } from "./smoothing";

/** What a section has different from the page. */
export type Look = Partial<Omit<ChartSettings, "columns">>;

/** What a chart has different from its section, and what only a chart has. */
export interface ChartLook extends Look {
  title?: string;
  /** Ends of the y axis; one that is missing follows the data. */
  low?: number;
  high?: number;
}

const LONGEST_TITLE = 200;

/** What of `value` is a setting; null when nothing is. */
export function parseLook(value: unknown): Look | null {
  if (!isObject(value)) return null;
  const smoothing = numberOf(value.smoothing);
  return some<Look>({
    smoothing: smoothing === undefined ? undefined : Math.min(0.99, Math.max(0, smoothing)),
    smoother: SMOOTHERS.find((one) => one === value.smoother),
    x: X_AXES.find((one) => one === value.x),
    y: Y_AXES.find((one) => one === value.y),
    range: RANGES.find((one) => one === value.range),
    ranks: RANKS.find((one) => one === value.ranks),
  });
}

export function parseChartLook(value: unknown): ChartLook | null {
  if (!isObject(value)) return null;
  const title = typeof value.title === "string" ? value.title.trim().slice(0, LONGEST_TITLE) : "";
  const ends = { low: numberOf(value.low), high: numberOf(value.high) };
  const upsideDown = ends.low !== undefined && ends.high !== undefined && ends.low >= ends.high;
  return some<ChartLook>({
    ...parseLook(value),
    title: title === "" ? undefined : title,
    ...(upsideDown ? {} : ends),
  });
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function some<T extends object>(entries: { [K in keyof T]: T[K] | undefined }): T | null {
  const told = Object.entries(entries).filter(([, value]) => value !== undefined);
  return told.length === 0 ? null : (Object.fromEntries(told) as T);
}

/** The settings in force: the nearest level that says something of each. */
export function nearest(
  page: ChartSettings,
  section: Look | undefined,
  chart: ChartLook | undefined,
): ChartSettings & Pick<ChartLook, "title" | "low" | "high"> {
  return { ...page, ...section, ...chart };
}

/** `look` without what `base` says too: only differences are kept. */
export function different(look: Look, base: Look): Look {
  return Object.fromEntries(
    Object.entries(look).filter(([name, value]) => base[name as keyof Look] !== value),
  );
}

/** The entry of one name; a key may be called like a property that every object has. */
export function entryOf<T>(all: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** `all` with the entry of one name changed; an entry that says nothing goes. */
export function withEntry<T extends object>(
  all: Readonly<Record<string, T>>,
  name: string,
  entry: T,
): Record<string, T> {
  const others = Object.fromEntries(Object.entries(all).filter(([one]) => one !== name));
  return Object.keys(entry).length === 0 ? others : { ...others, [name]: entry };
}
