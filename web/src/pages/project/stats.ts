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

/** What stands in a cell: a number, the word for one that is not finite, or nothing. */
export type Value = number | string | null;

/** A column of summaries; `read` gives what a run has there, nothing while that is not known. */
export function metricField(
  id: string,
  read: (run: string, column: string) => Value | undefined,
): Field | null {
  const summary = summaryOf(id);
  if (summary === null) return null;
  const { key, stat } = summary;
  const label = stat === "last" ? key : `${key} ${stat}`;
  const of = (run: string) => read(run, id) ?? null;
  return {
    id,
    label,
    group: "last",
    numeric: true,
    width: widthOf(label),
    value: ({ run }) => {
      const value = of(run.id);
      return typeof value === "string" ? Number(value) : value;
    },
    text: ({ run }) => {
      const value = of(run.id);
      if (value === null) return "";
      return stat === "count" && typeof value === "number"
        ? formatNumber(value)
        : formatValue(value);
    },
    exact: ({ run }) => exactValue(of(run.id)),
  };
}
