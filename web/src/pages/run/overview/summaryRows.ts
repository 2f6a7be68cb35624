/** The series of a run as rows: keys with a common beginning stand under a heading that folds. */

import type { Series } from "@/api/messages";

export type SummaryRow =
  | { kind: "group"; name: string; count: number; open: boolean }
  | { kind: "series"; series: Series; label: string; depth: number };

const collator = new Intl.Collator("en", { numeric: true });

function groupOf(key: string): string {
  const slash = key.indexOf("/");
  return slash > 0 ? key.slice(0, slash) : "";
}

/** Rows of `series`, by key and rank; groups whose name is in `folded` show their heading alone. */
export function summaryRows(series: readonly Series[], folded: ReadonlySet<string>): SummaryRow[] {
  const groups = new Map<string, Series[]>();
  for (const one of series.toSorted((a, b) => collator.compare(a.key, b.key) || a.rank - b.rank)) {
    const name = groupOf(one.key);
    const of = groups.get(name);
    if (of) of.push(one);
    else groups.set(name, [one]);
  }
  const rowsOf = ([name, of]: [string, Series[]]): SummaryRow[] => {
    const plain = name === "" || groups.size === 1;
    const rows = of.map((one): SummaryRow => ({
      kind: "series",
      series: one,
      label: plain ? one.key : one.key.slice(name.length + 1),
      depth: plain ? 0 : 1,
    }));
    if (plain) return rows;
    const open = !folded.has(name);
    return [{ kind: "group", name, count: of.length, open }, ...(open ? rows : [])];
  };
  return [...groups].toSorted(([a], [b]) => collator.compare(a, b)).flatMap(rowsOf);
}
