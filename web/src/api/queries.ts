/** Every question pages put to the server, by the name under which its answer is kept. */

import { QueryCache, QueryClient, queryOptions, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { api, ApiError } from "./client";
import { subscribe } from "./live";
import type { Hint, RunFile, RunsQuery } from "./messages";

/** A failure that asking again may mend: no answer, or a server in trouble. */
function passing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

/** Answers stay while the page lives; hints say when to ask again, and a lost server is retried. */
export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The session ended elsewhere: asking for it again brings up the sign-in page.
        const ended = error instanceof ApiError && error.status === 401;
        const wasIn = client.getQueryData(["session"]) !== undefined;
        if (ended && wasIn && query.queryKey[0] !== "session")
          void client.resetQueries({ queryKey: ["session"] });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < 2 && passing(error),
        retryDelay: (failures) => 400 * 2 ** failures,
        networkMode: "always", // A laptop without a network still reaches its own server.
      },
      mutations: { networkMode: "always" },
    },
  });
  return client;
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => api.session(signal),
  staleTime: Number.POSITIVE_INFINITY,
  retryOnMount: false, // Signed out is an answer, not a failure to mend.
});

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal }) => api.projects(signal),
});

export function projectQuery(workspace: string, project: string) {
  return queryOptions({
    queryKey: ["project", workspace, project],
    queryFn: ({ signal }) => api.project(workspace, project, signal),
  });
}

export function runsQuery(workspace: string, project: string) {
  return queryOptions({
    queryKey: ["runs", workspace, project],
    queryFn: ({ signal }) => api.runs(workspace, project, signal),
    structuralSharing: false, // 10,000 rows: comparing them all costs more than drawing forty.
  });
}

/** The configs of all runs of a project, by the run's id. */
export function configsQuery(workspace: string, project: string) {
  return queryOptions({
    queryKey: ["configs", workspace, project],
    queryFn: ({ signal }) => api.configs(workspace, project, signal),
    structuralSharing: false,
  });
}

/** All runs of a project that pass a filter, in order. */
export function orderQuery(workspace: string, project: string, query: RunsQuery) {
  return queryOptions({
    queryKey: ["order", workspace, project, JSON.stringify(query)],
    queryFn: ({ signal }) => api.order(workspace, project, query, signal),
    structuralSharing: false,
    gcTime: 60_000,
  });
}

export function viewsQuery(workspace: string, project: string) {
  return queryOptions({
    queryKey: ["views", workspace, project],
    queryFn: ({ signal }) => api.views(workspace, project, signal),
  });
}

export function runQuery(workspace: string, project: string, run: string) {
  return queryOptions({
    queryKey: ["run", workspace, project, run],
    queryFn: ({ signal }) => api.run(workspace, project, run, signal),
  });
}

export function seriesQuery(workspace: string, project: string, run: string) {
  return queryOptions({
    queryKey: ["series", workspace, project, run],
    queryFn: ({ signal }) => api.series(workspace, project, run, signal),
  });
}

/** Pages follow one another: where the next begins is known from the one before. */
async function allFiles(
  workspace: string,
  project: string,
  run: string,
  after: string,
  signal: AbortSignal,
): Promise<RunFile[]> {
  const { files, next } = await api.files(workspace, project, run, after, signal);
  if (next === null) return files;
  return [...files, ...(await allFiles(workspace, project, run, next, signal))];
}

export function filesQuery(workspace: string, project: string, run: string) {
  return queryOptions({
    queryKey: ["files", workspace, project, run],
    queryFn: ({ signal }) => allFiles(workspace, project, run, "", signal),
  });
}

/** At least this long between two refreshes that hints ask for, in milliseconds. */
const PACE = 2_000;

/**
 * Ask again when a hint concerns what `queryKey` names: at once for the first, then at the PACE, so
 * that a project of a thousand busy runs does not ask without end. Keep `concerns` stable.
 */
export function useRefresh(queryKey: readonly string[], concerns: (hint: Hint) => boolean): void {
  const client = useQueryClient();
  const key = queryKey.join("\n");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asked = 0;
    const ask = () => {
      timer = undefined;
      asked = Date.now();
      void client.invalidateQueries({ queryKey: key.split("\n") });
    };
    const unsubscribe = subscribe((hint) => {
      if (timer !== undefined || !concerns(hint)) return;
      timer = setTimeout(ask, Math.max(0, asked + PACE - Date.now()));
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [client, key, concerns]);
}
