import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { lineStyle } from "@/charts/palette";
import type { LineGroup } from "@/charts/spec";
import { formatSetting } from "@/lib/format";

import type { Row } from "./fields";

const ROUTE = "/@{$workspace}/$project";
const CONFIG = "config.";
const NONE: readonly string[] = [];
/** Runs that say nothing of what is grouped by are a group of this name. */
export const NOTHING = "–";

/** By what runs are grouped, one within the other, as the address says; none: each for itself. */
export function useGrouping(): [readonly string[], (by: readonly string[]) => void] {
  const { group } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const set = (next: readonly string[]) =>
    void navigate({
      search: (old) => ({ ...old, group: next.length > 1 ? [...next] : next[0] }),
      replace: true,
    });
  const by = useMemo(() => (group === undefined ? NONE : [group].flat()), [group]);
  return [by, set];
}

/** The group a run belongs to: what it says of each thing that is grouped by. */
export function groupName(row: Row, by: readonly string[]): string {
  return by.map((one) => saidOf(row, one)).join(" · ");
}

function saidOf({ run, config }: Row, by: string): string {
  if (by === "group") return run.group ?? NOTHING;
  if (by === "job_type") return run.job_type ?? NOTHING;
  if (by === "state") return run.state;
  const path = by.slice(CONFIG.length);
  return by.startsWith(CONFIG) && config.has(path) ? formatSetting(config.get(path)) : NOTHING;
}

/**
 * The group of every run, or null when they are not grouped. Colours go by all groups of the project
 * (`rows`), so that searching changes none; numbers are those of the runs listed.
 */
export function groupsOf(
  rows: readonly Row[],
  list: readonly Row[],
  by: readonly string[],
): ReadonlyMap<string, LineGroup> | null {
  if (by.length === 0) return null;
  const collator = new Intl.Collator("en", { numeric: true });
  const names = [...new Set(rows.map((row) => groupName(row, by)))].toSorted(collator.compare);
  const groups = new Map(
    names.map((name, i): [string, LineGroup] => [name, { name, style: lineStyle(i), runs: 0 }]),
  );
  const found = new Map<string, LineGroup>();
  for (const row of list) {
    const group = groups.get(groupName(row, by));
    if (group === undefined) continue;
    group.runs += 1;
    found.set(row.run.id, group);
  }
  return found;
}

export function useGroups(
  rows: readonly Row[],
  list: readonly Row[],
): ReadonlyMap<string, LineGroup> | null {
  const [by] = useGrouping();
  return useMemo(() => groupsOf(rows, list, by), [rows, list, by]);
}
