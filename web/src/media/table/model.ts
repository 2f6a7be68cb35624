/** Tables that were logged: read, joined, sorted and filtered. */

import type { MediaItem } from "@/api/messages";
import { isObject } from "@/lib/flatten";
import { compareCells, type Sorting } from "@/lib/sort";

import type { MediaSource } from "../viewer";

export type Plain = string | number | boolean | null;

/** A medium in a cell. */
export interface MediaCell {
  kind: string;
  source: MediaSource;
  step: number;
  item: MediaItem;
}

export type Cell = Plain | MediaCell;

export interface Table {
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/** As it was written, media by the names of their files. */
interface Raw {
  columns: string[];
  rows: unknown[][];
}

/** Reads what swanlab.Table wrote; throws when it is none. */
export function parseTable(text: string): Raw {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || !Array.isArray(value.columns) || !Array.isArray(value.rows))
    throw new Error("a table has columns and rows");
  return {
    columns: value.columns.map(String),
    rows: value.rows.filter((row): row is unknown[] => Array.isArray(row)),
  };
}

/** A table whose media know where their bytes are. */
export function bound(raw: Raw, source: MediaSource, step: number, table: MediaItem): Table {
  return {
    columns: raw.columns,
    rows: raw.rows.map((row) =>
      raw.columns.map((_, place) => cellOf(row[place], source, step, table)),
    ),
  };
}

function cellOf(value: unknown, source: MediaSource, step: number, table: MediaItem): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (!isObject(value) || typeof value.media !== "string") return JSON.stringify(value);
  const digest = table.files[value.media] ?? null;
  return {
    kind: String(value.kind),
    source,
    step,
    item: {
      format: String(value.format),
      caption: typeof value.caption === "string" ? value.caption : null,
      meta: {},
      text: null,
      digest,
      size: 0,
      error: null,
      files: {},
    },
  };
}

export function isMedia(cell: Cell): cell is MediaCell {
  return typeof cell === "object" && cell !== null;
}

/** A cell as text, to search and to compare. */
export function textOf(cell: Cell): string {
  if (cell === null) return "";
  return isMedia(cell) ? (cell.item.caption ?? "") : String(cell);
}

/** Where a table is from: what its rows say beside their cells when several are joined. */
export interface Part {
  /** As the first column says it: the name of the run, or the step. */
  from: Plain;
  table: Table;
}

function columnsOf(parts: readonly Part[]): string[] {
  return [...new Set(parts.flatMap(({ table }) => table.columns))];
}

/** Rows of all tables under each other, each with where it is from. */
export function stacked(parts: readonly Part[], first: string): Table {
  const columns = columnsOf(parts);
  const rows = parts.flatMap(({ from, table }) => {
    const places = columns.map((name) => table.columns.indexOf(name));
    return table.rows.map((row): Cell[] => [
      from,
      ...places.map((place) => (place < 0 ? null : (row[place] ?? null))),
    ]);
  });
  return { columns: [first, ...columns], rows };
}

/**
 * One row for each value of a column, the other columns of every table beside each other. Of rows
 * with the same value in one table the last counts. Columns that say the same everywhere stand once.
 */
export function joined(parts: readonly Part[], key: string): Table {
  const keyed = parts.map(({ table }) => {
    const place = table.columns.indexOf(key);
    return new Map(table.rows.map((row) => [textOf(row[place] ?? null), row]));
  });
  const values = new Map<string, Cell>();
  parts.forEach(({ table }) => {
    const place = table.columns.indexOf(key);
    if (place < 0) return;
    for (const row of table.rows) values.set(textOf(row[place] ?? null), row[place] ?? null);
  });
  const of = (part: number, value: string, name: string): Cell => {
    const place = parts[part]?.table.columns.indexOf(name) ?? -1;
    return place < 0 ? null : (keyed[part]?.get(value)?.[place] ?? null);
  };
  const others = columnsOf(parts).filter((name) => name !== key);
  const columns: { name: string; cell: (value: string) => Cell }[] = [];
  for (const name of others) {
    const has = parts.flatMap(({ table }, part) => (table.columns.includes(name) ? [part] : []));
    if (isAlike(has, [...values.keys()], (part, value) => of(part, value, name))) {
      columns.push({ name, cell: (value) => firstOf(has, (part) => of(part, value, name)) });
      continue;
    }
    for (const part of has)
      columns.push({
        name: `${name} · ${String(parts[part]?.from ?? "")}`,
        cell: (value) => of(part, value, name),
      });
  }
  return {
    columns: [key, ...columns.map(({ name }) => name)],
    rows: [...values].map(([text, value]) => [value].concat(columns.map(({ cell }) => cell(text)))),
  };
}

function firstOf(parts: readonly number[], cell: (part: number) => Cell): Cell {
  for (const part of parts) {
    const found = cell(part);
    if (found !== null) return found;
  }
  return null;
}

/** Do all tables that have a cell there say the same in it? */
function isAlike(
  parts: readonly number[],
  values: readonly string[],
  cell: (part: number, value: string) => Cell,
): boolean {
  const name = (one: Cell) => (isMedia(one) ? (one.item.digest ?? "") : String(one));
  return values.every((value) => {
    const found = parts.map((part) => cell(part, value)).filter((one) => one !== null);
    return new Set(found.map(name)).size < 2;
  });
}

/** What is chosen of a table's rows. */
export interface Chosen {
  matches: (text: string) => boolean;
  /** By column, as people write it: `> 3`, `<= 0.5`, `= cat`, or a part of the text. */
  filters: ReadonlyMap<number, string>;
  sorting: Sorting | null;
}

const COMPARED = /^(<=|>=|!=|=|<|>)\s*(.+)$/;

/** Whether a cell passes what was written above its column. */
export function passes(cell: Cell, filter: string): boolean {
  const text = textOf(cell).toLowerCase();
  const compared = COMPARED.exec(filter.trim());
  if (compared === null) return text.includes(filter.trim().toLowerCase());
  const [, sign, given = ""] = compared;
  const [a, b] = [typeof cell === "number" ? cell : Number(text || Number.NaN), Number(given)];
  const numbers = !Number.isNaN(a) && !Number.isNaN(b);
  const order = numbers ? a - b : text.localeCompare(given.toLowerCase());
  if (!numbers && cell === null) return false;
  switch (sign) {
    case "<":
      return order < 0;
    case ">":
      return order > 0;
    case "<=":
      return order <= 0;
    case ">=":
      return order >= 0;
    case "!=":
      return order !== 0;
    default:
      return order === 0;
  }
}

/** The rows that are shown, in their order. */
export function chosenRows(table: Table, { matches, filters, sorting }: Chosen): Table["rows"] {
  const asked = [...filters].filter(([, text]) => text.trim() !== "");
  const found = table.rows.filter(
    (row) =>
      asked.every(([place, text]) => passes(row[place] ?? null, text)) &&
      row.some((cell) => matches(textOf(cell))),
  );
  if (sorting === null) return found;
  const place = Number(sorting.id);
  const value = (row: readonly Cell[]) => {
    const cell = row[place] ?? null;
    return isMedia(cell) ? textOf(cell) : cell;
  };
  return found.toSorted((a, b) => compareCells(value(a), value(b), sorting.desc));
}

/** Is every cell of a column that says something a number? */
export function isNumeric(table: Table, place: number): boolean {
  let some = false;
  for (const row of table.rows) {
    const cell = row[place] ?? null;
    if (cell === null) continue;
    if (typeof cell !== "number") return false;
    some = true;
  }
  return some;
}

export function hasMedia(table: Table, place: number): boolean {
  return table.rows.some((row) => isMedia(row[place] ?? null));
}
