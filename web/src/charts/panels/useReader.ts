import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

import { api } from "@/api/client";
import { concerns } from "@/api/live";
import type { Hint } from "@/api/messages";
import { useRefresh } from "@/api/queries";

import type { Quantity, Stat } from "../custom";
import { type Asked, type PanelRun, reader, toAsk, useShownRuns, type Value } from "./runs";

type Column = { key: string; stat: Stat };

function cellsQuery(workspace: string, project: string, columns: readonly Column[]) {
  return queryOptions({
    queryKey: ["cells", workspace, project, JSON.stringify(columns)],
    queryFn: async ({ signal }): Promise<Asked> => {
      if (columns.length === 0) return new Map();
      const query = { columns: [...columns] };
      const { ids = [], cells = [] } = await api.order(workspace, project, query, signal);
      return new Map(ids.map((id, run) => [id, cells.map((column) => column[run] ?? null)]));
    },
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
  const { workspace, project } = useShownRuns();
  const text = JSON.stringify(toAsk(quantities));
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
    () => (cells === undefined ? null : reader({ names: wanted.map(({ name }) => name), cells })),
    [wanted, cells],
  );
  return { read, error: read === null ? answer.error : null, retry: () => void answer.refetch() };
}
