import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

import { projectPath, request } from "@/api/client";
import { concerns } from "@/api/live";
import type { Hint } from "@/api/messages";
import { useRefresh } from "@/api/queries";

import type { Quantity, Stat } from "../custom";
import { type Asked, type PanelRun, reader, toAsk, useShownRuns, type Value } from "./runs";

/** Runs in one answer: the most that the server gives. */
const PAGE = 1000;

interface Page {
  total: number;
  runs: { id: string; cells: (number | string | null)[] }[];
}

type Column = { key: string; stat: Stat };

async function allCells(
  path: string,
  columns: readonly Column[],
  offset: number,
  signal: AbortSignal,
): Promise<[string, (number | string | null)[]][]> {
  const body = { columns, offset, limit: PAGE };
  const { total, runs } = await request<Page>("POST", path, { body, signal });
  const found = runs.map(({ id, cells }): [string, (number | string | null)[]] => [id, cells]);
  const next = offset + PAGE;
  if (next >= total) return found;
  return [...found, ...(await allCells(path, columns, next, signal))];
}

function cellsQuery(workspace: string, project: string, columns: readonly Column[]) {
  const path = `${projectPath(workspace, project)}/runs/table`;
  return queryOptions({
    queryKey: ["cells", workspace, project, JSON.stringify(columns)],
    queryFn: async ({ signal }): Promise<Asked> =>
      columns.length === 0 ? new Map() : new Map(await allCells(path, columns, 0, signal)),
    structuralSharing: false,
  });
}

export interface Read {
  /** What a run has of a quantity; null while it is asked for. */
  read: ((run: PanelRun, quantity: Quantity) => Value) | null;
  error: unknown;
  retry: () => void;
}

/** How to read these quantities of runs; what is not at hand is asked for, and again when runs go on. */
export function useReader(quantities: readonly Quantity[]): Read {
  const { workspace, project, keys } = useShownRuns();
  const text = JSON.stringify(toAsk(quantities, keys));
  const wanted = useMemo(() => JSON.parse(text) as ReturnType<typeof toAsk>, [text]);
  const columns = useMemo(() => wanted.map(({ key, stat }) => ({ key, stat })), [wanted]);
  const query = cellsQuery(workspace, project, columns);
  const answer = useQuery(query);
  const mine = useCallback(
    (hint: Hint) => columns.length > 0 && concerns(hint, { workspace, project }),
    [columns, workspace, project],
  );
  useRefresh(query.queryKey, mine);
  const cells = answer.data;
  const read = useMemo(
    () =>
      cells === undefined ? null : reader(keys, { names: wanted.map(({ name }) => name), cells }),
    [keys, wanted, cells],
  );
  return { read, error: read === null ? answer.error : null, retry: () => void answer.refetch() };
}
