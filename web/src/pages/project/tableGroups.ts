/** The table's rows put into groups, each with a row of its own that sums it up. */

import { groupBy } from "@/lib/group";

import type { Field, Row } from "./fields";
import { groupName } from "./useGroups";

export interface TableGroup {
  name: string;
  rows: readonly Row[];
}

export type Item =
  { kind: "run"; row: Row } | { kind: "group"; group: TableGroup; folded: boolean };

/** Mean and extremes of a column in a group; null where it has no finite number. */
export interface Digest {
  mean: number;
  min: number;
  max: number;
  count: number;
}

/** Groups in the order in which their first runs stand; the runs within keep theirs. */
export function grouped(list: readonly Row[], by: readonly string[]): TableGroup[] {
  const groups = groupBy(list, (row) => groupName(row, by));
  return [...groups].map(([name, rows]) => ({ name, rows }));
}

/** What stands below each other: the runs, or groups with the runs of those that are open. */
export function itemsOf(
  list: readonly Row[],
  by: readonly string[],
  folded: ReadonlySet<string>,
): Item[] {
  const items: Item[] = [];
  const add = (rows: readonly Row[]) => {
    for (const row of rows) items.push({ kind: "run", row });
  };
  if (by.length === 0) add(list);
  else
    for (const group of grouped(list, by)) {
      const closed = folded.has(group.name);
      items.push({ kind: "group", group, folded: closed });
      if (!closed) add(group.rows);
    }
  return items;
}

/** A column of a group summed up. */
export function digest(field: Field, rows: readonly Row[]): Digest | null {
  let [sum, count, min, max] = [0, 0, Infinity, -Infinity];
  for (const row of rows) {
    const value = field.value(row);
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    sum += value;
    count += 1;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return count === 0 ? null : { mean: sum / count, min, max, count };
}

/** Columns of moments and marks are not summed up. */
export function summable(field: Field): boolean {
  return field.group !== "run" || field.id === "duration";
}
