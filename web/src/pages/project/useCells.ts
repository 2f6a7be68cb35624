import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";

import { api } from "@/api/client";
import { concerns, subscribe } from "@/api/live";

import { type Cells, openCells } from "./cells";
import { summaryOf } from "./stats";

/** At least so long between two times that all is asked for anew, in milliseconds. */
const PACE = 2_000;

function columnsOf(ids: readonly string[]) {
  return ids.flatMap((id) => summaryOf(id) ?? []);
}

/** The cells of a project's runs, asked for anew as runs go on; with a number that tells versions. */
export function useCells(workspace: string, project: string): [Cells, number] {
  const cells = useMemo(
    () =>
      openCells({
        some: async ({ runs, columns }) => ({
          runs,
          cells: (await api.cells(workspace, project, [...runs], columnsOf(columns))).cells,
        }),
        whole: async (columns) => {
          const found = await api.order(workspace, project, { columns: columnsOf(columns) });
          return { runs: found.ids ?? [], cells: found.cells ?? [] };
        },
      }),
    [workspace, project],
  );
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = subscribe((hint) => {
      if (timer !== undefined || !concerns(hint, { workspace, project })) return;
      timer = setTimeout(() => {
        timer = undefined;
        cells.age();
      }, PACE);
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [cells, workspace, project]);
  const version = useSyncExternalStore(
    useCallback((changed) => cells.subscribe(changed), [cells]),
    cells.version,
  );
  return [cells, version];
}

/** Ask for the cells of these runs in these columns, once the view has stood for a moment. */
export function useWanted(
  [cells, version]: readonly [Cells, number],
  runs: readonly string[],
  columns: readonly string[],
): void {
  const text = JSON.stringify([runs, columns]);
  useEffect(() => {
    const [ids, names] = JSON.parse(text) as [string[], string[]];
    const metrics = names.filter((id) => summaryOf(id) !== null);
    if (ids.length === 0 || metrics.length === 0) return undefined;
    const timer = setTimeout(() => cells.want({ runs: ids, columns: metrics }), 30);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what was known may be old
  }, [cells, version, text]);
}

/** Ask for whole columns, of all `count` runs. */
export function useWhole(
  [cells, version]: readonly [Cells, number],
  columns: readonly string[],
  count: number,
): void {
  const text = JSON.stringify(columns);
  useEffect(() => {
    const names = (JSON.parse(text) as string[]).filter((id) => summaryOf(id) !== null);
    if (names.length > 0) cells.wantWhole(names, count).catch(() => undefined); // `error` says it.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what was known may be old
  }, [cells, version, text, count]);
}
