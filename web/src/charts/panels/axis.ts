/** An axis of values, numbers or words, from 0 to 1. */

import { tickLabels } from "../format";
import type { Value } from "./runs";

export interface Axis {
  /** Where a value stands, 0 to 1; null: it has no place. */
  share(value: Value): number | null;
  /** The value at a place: for numbers only. */
  value(share: number): number;
  ticks: readonly { share: number; label: string }[];
  log: boolean;
  words: boolean;
  /** The words in their order; none for numbers. */
  order: readonly string[];
}

const collator = new Intl.Collator("en", { numeric: true });
/** Numbers this far apart, all above zero, are told apart by their powers only. */
const WIDE = 100;

/** More words than this are labelled at regular places only. */
const MOST_WORDS = 12;

/**
 * The axis of these values: of words as soon as one is a word, else of numbers.
 * @param log `auto`: logarithmic where all are above zero and the greatest is 100 times the least
 * @param room air on both sides, as a share of the whole
 */
export function axisOf(values: Iterable<Value>, log: boolean | "auto", room = 0): Axis {
  const there = [...values].filter((value) => value !== null);
  if (there.some((value) => typeof value === "string")) return ofWords(there.map(String), room);
  return ofNumbers(there as number[], log, room);
}

function ofWords(values: readonly string[], room: number): Axis {
  const words = [...new Set(values)].toSorted(collator.compare);
  const places = new Map(
    words.map((word, i) => [word, inner(words.length < 2 ? 0.5 : i / (words.length - 1), room)]),
  );
  const every = Math.ceil(words.length / MOST_WORDS);
  return {
    share: (value) => (value === null ? null : (places.get(String(value)) ?? null)),
    value: () => Number.NaN,
    ticks: words.flatMap((label, i) =>
      i % every === 0 ? [{ label, share: places.get(label) ?? 0 }] : [],
    ),
    log: false,
    words: true,
    order: words,
  };
}

function ofNumbers(values: readonly number[], chosen: boolean | "auto", room: number): Axis {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const wanted = chosen === "auto" ? low > 0 && high / low >= WIDE : chosen;
  // A logarithmic axis has no place for zero: those values are left out, and counted.
  const log = wanted && high > 0;
  if (log && low <= 0)
    low = values.reduce((least, one) => (one > 0 ? Math.min(least, one) : least), high);
  if (values.length === 0) [low, high] = [0, 1];
  if (low === high) [low, high] = log ? [low / 2, high * 2] : widened(low);
  const bend = log ? Math.log : (value: number) => value;
  const straighten = log ? Math.exp : (value: number) => value;
  const [from, to] = [bend(low), bend(high)];
  const share = (value: number) => inner((bend(value) - from) / (to - from), room);
  const at = log ? powers(low, high) : steps(low, high);
  const labels = log
    ? at.map((tick) => tickLabels([tick], tick)[0] ?? "")
    : tickLabels(at, (at[1] ?? 1) - (at[0] ?? 0));
  return {
    share: (value) => (typeof value !== "number" || (log && value <= 0) ? null : share(value)),
    value: (place) => straighten(from + ((place - room) / (1 - 2 * room)) * (to - from)),
    ticks: at.map((tick, i) => ({ share: share(tick), label: labels[i] ?? "" })),
    log,
    words: false,
    order: [],
  };
}

function inner(share: number, room: number): number {
  return room + share * (1 - 2 * room);
}

function widened(value: number): [number, number] {
  const away = value === 0 ? 1 : Math.abs(value) * 0.1;
  return [value - away, value + away];
}

/** Round numbers within the range, about five. */
export function steps(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? 10 * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Powers of ten within the range, at most six; both ends where there is no power between. */
function powers(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last < first) return [low, high];
  const every = Math.ceil((last - first + 1) / 6);
  const found: number[] = [];
  for (let power = first; power <= last; power += every) found.push(10 ** power);
  return found;
}
