/** What stands under the cursor: pure, so that sorting, nearness and wording can be tested. */

import { formatNumber } from "@/lib/format";

import type { LineColumns, Table } from "./columns";
import { valuesOf } from "./columns";
import { duration, exactNumber, fullTime, stepNumber } from "./format";
import type { LineStyle } from "./palette";
import { type ChartSpec, metricOf } from "./spec";

export const MOST_ROWS = 20;

export interface Row {
  label: string;
  style: LineStyle;
  /** To sort by; not finite values come last. */
  value: number;
  text: string;
  exact: string;
  /** The logged value where the line is smoothed, the extremes of a bucket, or empty. */
  extra: string;
  nearest: boolean;
  /** How far from the baseline, where there is one. */
  delta?: string;
}

export interface Reading {
  head: string;
  time: string;
  rows: Row[];
  /** Rows left out. */
  more: number;
  /** The run whose line the cursor is on, or nearly; null where no line is near. */
  nearest: string | null;
}

/** Farther than this from a line (px) the cursor points at nothing. */
const NEAR = 24;

export interface Words {
  step: (step: string) => string;
  steps: (from: string, to: string) => string;
  /** How many runs (or ranks) a mean is of. */
  runs: (count: number, ranks: boolean) => string;
}

export interface Cursor {
  /** Index of x, per line (null: this line has nothing near). */
  indices: readonly (number | null | undefined)[];
  /** Distance in pixels from the cursor to a value. */
  distance: (value: number) => number;
}

/** A line at the cursor, before it is put into words. */
interface Found {
  line: LineColumns;
  index: number;
  /** NaN where something not finite was logged. */
  value: number;
}

/** Read all lines at the cursor: sorted by value, nearest marked, the rows around it. */
export function read(table: Table, spec: ChartSpec, cursor: Cursor, words: Words): Reading | null {
  const found = table.lines.flatMap((line, i) => findAt(line, cursor.indices[i]) ?? []);
  let nearest: Found | null = null;
  let least = Infinity;
  for (const one of found) {
    const away = Number.isFinite(one.value) ? cursor.distance(one.value) : 1e9;
    if (away < least) [least, nearest] = [away, one];
  }
  if (!nearest) return null;
  const { line, index } = nearest;
  found.sort((a, b) => rank(b.value) - rank(a.value));
  const at = found.indexOf(nearest);
  const from = Math.max(0, Math.min(at - MOST_ROWS / 2, found.length - MOST_ROWS));
  // Of 100 lines under a moving mouse only those that are shown are put into words.
  const shown = found.slice(from, from + MOST_ROWS);
  const baseAt = baselineAt(table, spec, cursor);
  const rows = shown.map((one): Row => {
    const row = readLine(one, table, spec.unit, words, one === nearest && found.length > 1);
    const base = one.line.spec.run === spec.baseline ? undefined : baseAt(one.line.spec.key);
    if (base !== undefined) row.delta = deltaText(row.value, base);
    return row;
  });
  const place = placeOf(line, index, table, spec, words);
  const on = least <= NEAR ? line.spec.run : null;
  return { ...place, rows, more: found.length - rows.length, nearest: on };
}

function findAt(line: LineColumns, index: number | null | undefined): Found | null {
  if (index === null || index === undefined) return null;
  const value = line.value[index];
  if (value !== null && value !== undefined) return { line, index, value };
  return line.marks.has(index) ? { line, index, value: NaN } : null;
}

/** The value of the baseline's line of a key under the cursor; undefined where it has none. */
function baselineAt(
  table: Table,
  { baseline }: ChartSpec,
  { indices }: Cursor,
): (key: string) => number | undefined {
  const found = new Map<string, number>();
  if (baseline !== undefined)
    table.lines.forEach(({ spec, value }, i) => {
      const at = value[indices[i] ?? -1];
      if (spec.run === baseline && typeof at === "number" && !found.has(spec.key))
        found.set(spec.key, at);
    });
  return (key) => found.get(key);
}

/** `+0.012 (+3.4 %)`: how far a value is from the baseline's; empty where either is not finite. */
export function deltaText(value: number, base: number): string {
  const away = value - base;
  if (!Number.isFinite(away)) return "";
  const sign = (n: number, text: string) => (n > 0 ? `+${text}` : text);
  const share = (100 * away) / Math.abs(base);
  const absolute = sign(away, formatNumber(away, 3));
  if (!Number.isFinite(share)) return absolute;
  return `${absolute} (${sign(share, formatNumber(share, 3))} %)`;
}

function rank(value: number): number {
  return Number.isNaN(value) ? -Infinity : value;
}

function readLine(
  { line, index, value }: Found,
  table: Table,
  unit: string,
  words: Words,
  nearest: boolean,
): Row {
  const mark = line.marks.get(index);
  const marks = mark ? markText(mark) : "";
  const of = line.received.runs?.[index];
  const runs = of === undefined ? "" : words.runs(of, line.spec.ofRanks === true);
  const base = { label: line.spec.label, style: line.spec.style, nearest };
  if (typeof line.value[index] !== "number")
    return { ...base, value, text: marks, exact: marks, extra: runs };
  const single = valuesOf(line.received) instanceof Float32Array && line.raw === null;
  return {
    ...base,
    value,
    text: withUnit(formatNumber(value), unit),
    exact: withUnit(exactNumber(value, single), unit),
    extra: [extraOf(line, index, table), runs, marks].filter(Boolean).join(" · "),
  };
}

function extraOf(line: LineColumns, index: number, table: Table): string {
  const raw = line.raw?.[index];
  if (raw !== null && raw !== undefined) return formatNumber(raw);
  if (!table.banded) return "";
  const low = line.low?.[index];
  const high = line.high?.[index];
  if (low === null || low === undefined || high === null || high === undefined) return "";
  return low === high ? "" : `${formatNumber(low)} … ${formatNumber(high)}`;
}

/** `NaN`, `3 × NaN`, `Inf`, … for what was not finite at one place. */
export function markText(mark: readonly number[]): string {
  const names = ["NaN", "Inf", "-Inf"];
  return names
    .flatMap((name, i) => {
      const count = mark[i + 1] ?? 0;
      if (count === 0) return [];
      return count === 1 ? [name] : [`${count} × ${name}`];
    })
    .join(", ");
}

function withUnit(text: string, unit: string): string {
  return unit === "" ? text : `${text} ${unit}`;
}

function placeOf(
  line: LineColumns,
  index: number,
  table: Table,
  spec: ChartSpec,
  words: Words,
): { head: string; time: string } {
  const at = table.received[index] ?? 0;
  const step = line.received.step?.[index] ?? at;
  const time = line.received.time?.[index];
  const known = time !== undefined && Number.isFinite(time);
  const clock = known ? fullTime(time, spec.language) : "";
  if (spec.x === "elapsed") return { head: duration(at / 1000), time: clock };
  // A mean has no step of its own on an axis of time.
  if (line.spec.members && spec.x === "relative") return { head: duration(at / 1000), time: "" };
  if (line.spec.members && spec.x === "wall")
    return { head: fullTime(at, spec.language), time: "" };
  const from = stepNumber(step, spec.language);
  const wide = table.width > 1 && line.received.step === null;
  const count = wide
    ? words.steps(from, stepNumber(step + table.width - 1, spec.language))
    : words.step(from);
  const since = known && line.spec.origin ? duration((time - line.spec.origin) / 1000) : "";
  const metric = metricOf(spec.x);
  if (metric !== null && line.spec.members)
    return { head: `${metric} ${formatNumber(at)}`, time: "" };
  if (metric !== null)
    return {
      head: `${metric} ${formatNumber(at)}`,
      time: [count, clock].filter(Boolean).join(" · "),
    };
  return { head: count, time: [since, clock].filter(Boolean).join(" · ") };
}

/** One row of a chart's data: its place on an axis of its own (if it has one), its step, its time. */
export interface DataRow {
  /** Number of the row: a place may come twice. */
  row: number;
  place: number;
  step: number;
  time: number | null;
  values: (number | null)[];
}

/** The columns of a chart as rows, for a table: place, step, time, then each line. */
export function tableRows(table: Table, from: number, count: number): DataRow[] {
  const rows: DataRow[] = [];
  for (let i = from; i < Math.min(from + count, table.received.length); i++) {
    const place = table.received[i] as number;
    rows.push({
      row: i,
      place,
      step: firstFinite(table, i, "step") ?? place,
      time: firstFinite(table, i, "time"),
      values: table.lines.map((line) => {
        const value = valuesOf(line.received)[i];
        return value !== undefined && Number.isFinite(value) ? value : null;
      }),
    });
  }
  return rows;
}

function firstFinite(table: Table, row: number, column: "step" | "time"): number | null {
  for (const line of table.lines) {
    const value = line.received[column]?.[row];
    if (value !== undefined && Number.isFinite(value)) return value;
  }
  return null;
}
