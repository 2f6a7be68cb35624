/** Columns and orders by summaries of metrics: which they are, and how the server calls them. */

import { exactValue, formatNumber, formatValue } from "@/lib/format";

import { type Field, widthOf } from "./fields";

export const STATS = ["min", "max", "mean", "count"] as const;
export type Stat = (typeof STATS)[number];

export interface Summary {
  key: string;
  stat: Stat | "last";
}

/** The summary that `min.loss` or `last.loss` names; null for what is none. */
export function summaryOf(id: string): Summary | null {
  const dot = id.indexOf(".");
  const name = id.slice(0, dot);
  const stat = name === "last" ? name : STATS.find((one) => one === name);
  return dot < 0 || stat === undefined ? null : { key: id.slice(dot + 1), stat };
}

/** The column as the server calls it. */
export function serverField(id: string): string {
  const summary = summaryOf(id);
  return summary === null ? id : `summary.${summary.key}.${summary.stat}`;
}

/** A column of summaries; `values` by run, nothing where there is none. */
export function statField(id: string, values: ReadonlyMap<string, unknown>): Field | null {
  const summary = summaryOf(id);
  if (summary === null) return null;
  const { key, stat } = summary;
  const read = (run: string) => {
    const value = values.get(run) ?? null;
    return typeof value === "number" || typeof value === "string" ? value : null;
  };
  return {
    id,
    label: `${key} ${stat}`,
    group: "last",
    numeric: true,
    width: widthOf(`${key} ${stat}`),
    value: ({ run }) => {
      const value = read(run.id);
      return typeof value === "string" ? Number(value) : value;
    },
    text: ({ run }) => {
      const value = read(run.id);
      if (value === null) return "";
      return stat === "count" && typeof value === "number"
        ? formatNumber(value)
        : formatValue(value);
    },
    exact: ({ run }) => exactValue(read(run.id)),
  };
}
