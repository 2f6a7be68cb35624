/** In which order columns stand, and how moving one changes that. */

import type { Field, Row } from "./fields";
import type { Columns } from "./useColumns";

export interface Arranged {
  /** Those that stay at the left, behind the name. */
  pinned: Field[];
  rest: Field[];
}

/** The columns that are shown, without the name and the state, which is a mark in it. */
export function arrange(fields: readonly Field[], columns: Columns): Arranged {
  const shown = fields.filter(
    ({ id }) => id !== "name" && id !== "state" && !columns.hidden.has(id),
  );
  const byId = new Map(shown.map((field) => [field.id, field]));
  const named = (ids: readonly string[]) => [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
  const pinned = named(columns.pinned);
  const first = named(columns.order).filter((field) => !pinned.includes(field));
  const placed = new Set([...pinned, ...first]);
  return { pinned, rest: [...first, ...shown.filter((field) => !placed.has(field))] };
}

/** The columns after `id` was put in the place of `target`, behind it when it came from the left. */
export function moved(arranged: Arranged, id: string, target: string): Partial<Columns> {
  const pins = arranged.pinned.map((field) => field.id);
  const rest = arranged.rest.map((field) => field.id);
  const toPins = pins.includes(target);
  const list = toPins ? pins : rest;
  const from = list.indexOf(id);
  const at = list.indexOf(target);
  if (at < 0 || id === target) return {};
  const without = list.filter((one) => one !== id);
  const place = without.indexOf(target) + (from >= 0 && from < at ? 1 : 0);
  const next = without.toSpliced(place, 0, id);
  if (toPins) return { pinned: next };
  // As far as the move reached; what stands behind it stands as it comes.
  const order = next.slice(0, Math.max(place, from, at) + 1);
  return { order, ...(pins.includes(id) && { pinned: pins.filter((one) => one !== id) }) };
}

/** The columns after this one was pinned, or let go. */
export function pinToggled({ pinned }: Columns, id: string): Partial<Columns> {
  return {
    pinned: pinned.includes(id) ? pinned.filter((one) => one !== id) : [...pinned, id],
  };
}

/** Does every run say the same here? Then the column tells none from another. */
export function alike(field: Field, rows: readonly Row[]): boolean {
  const first = rows[0];
  if (first === undefined) return true;
  const plain = (row: Row) => {
    const value = field.value(row) ?? null;
    return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
  };
  const wanted = plain(first);
  return rows.every((row) => Object.is(plain(row), wanted));
}
