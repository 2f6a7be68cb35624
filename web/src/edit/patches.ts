/** Edits of runs as data: what is shown at once, and what takes it back. */

import type { QueryClient } from "@tanstack/react-query";

import type { Run, RunRow, RunTable, SomeRuns } from "@/api/messages";
import { runQuery, runsQuery } from "@/api/queries";

/** What is edited of a run; a part of both of its shapes. */
export type Edited = Pick<RunRow, "id" | "name" | "description" | "tags" | "group" | "color">;
export type Patch = Partial<Omit<Edited, "id"> & Pick<RunRow, "state">>;
export type Patches = ReadonlyMap<string, Patch>;
export type GroupEdit = Pick<SomeRuns, "runs"> & Partial<SomeRuns>;

export interface Place {
  workspace: string;
  project: string;
}

/** The values that `patch` replaces. */
export function replaced(run: Edited & Pick<RunRow, "state">, patch: Patch): Patch {
  const keys = Object.keys(patch) as (keyof Patch)[];
  return Object.fromEntries(keys.map((key) => [key, run[key]])) as Patch;
}

/** Tags after some were taken away and some added, each once. */
export function retagged(
  tags: readonly string[],
  add: readonly string[],
  away: readonly string[],
): string[] {
  return [...new Set([...tags.filter((tag) => !away.includes(tag)), ...add])];
}

/** What brings back the tags that adding `add` and taking `away` changes; few requests, not many. */
export function untagging(
  runs: readonly Edited[],
  add: readonly string[],
  away: readonly string[],
): GroupEdit[] {
  const wanted = new Map<string, GroupEdit>();
  for (const { id, tags } of runs) {
    const remove_tags = add.filter((tag) => !tags.includes(tag));
    const add_tags = away.filter((tag) => tags.includes(tag));
    if (remove_tags.length + add_tags.length === 0) continue;
    const key = JSON.stringify([remove_tags, add_tags]);
    const edit = wanted.get(key) ?? { runs: [], add_tags, remove_tags };
    edit.runs.push(id);
    wanted.set(key, edit);
  }
  return [...wanted.values()];
}

/** What brings back the groups that these runs are in. */
export function ungrouping(runs: readonly Edited[]): GroupEdit[] {
  const ids = new Map<string | null, string[]>();
  for (const { id, group } of runs) ids.set(group, [...(ids.get(group) ?? []), id]);
  return [...ids].map(([group, some]) => ({ runs: some, group }));
}

/** Show the patches wherever their runs are shown. */
export function apply(client: QueryClient, { workspace, project }: Place, patches: Patches): void {
  client.setQueryData(runsQuery(workspace, project).queryKey, (table: RunTable | undefined) =>
    table === undefined
      ? undefined
      : {
          ...table,
          runs: table.runs.map((run) => {
            const patch = patches.get(run.id);
            return patch === undefined ? run : { ...run, ...patch };
          }),
        },
  );
  for (const [id, patch] of patches)
    client.setQueryData(runQuery(workspace, project, id).queryKey, (run: Run | undefined) =>
      run === undefined ? undefined : { ...run, ...patch },
    );
}
