/** What both tabs of charts ask about a run. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

import { concerns } from "@/api/live";
import type { Hint, Run } from "@/api/messages";
import { seriesQuery, useRefresh } from "@/api/queries";

const ROUTE = "/@{$workspace}/$project/runs/$run";

/** The series of a run, asked for again when keys appear. */
export function useSeries(place: { workspace: string; project: string; run: string }) {
  const { workspace, project, run } = place;
  const query = seriesQuery(workspace, project, run);
  const changed = useCallback(
    (hint: Hint) => hint.kinds.includes("keys") && concerns(hint, { workspace, project, run }),
    [workspace, project, run],
  );
  useRefresh(query.queryKey, changed);
  return useQuery(query);
}

/** Is the run over, so that nothing more is to be waited for? */
export function isOver(run: Run | undefined): boolean {
  return run !== undefined && run.state !== "running" && run.state !== "unresponsive";
}

/** What is searched for, in the address. */
export function useQueryText(): [string, (query: string) => void] {
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const set = useCallback(
    (q: string) =>
      void navigate({ search: (old) => ({ ...old, q: q || undefined }), replace: true }),
    [navigate],
  );
  return [search.q === undefined ? "" : String(search.q), set];
}
