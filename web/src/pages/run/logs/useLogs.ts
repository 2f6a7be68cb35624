import { useEffect, useMemo, useSyncExternalStore } from "react";

import { api } from "@/api/client";
import { concerns, subscribe } from "@/api/live";

import { makeLogStore, type LogSnapshot, type LogStore } from "./store";

export interface RunPlace {
  workspace: string;
  project: string;
  run: string;
}

/** At least this long between two looks for new lines, in milliseconds. */
const PACE = 500;

function follow(store: LogStore, place: RunPlace): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const ask = () => {
    timer = undefined;
    asked = Date.now();
    // A failure is part of the store's state; the next hint tries again.
    store.refresh().catch(() => undefined);
  };
  ask();
  const unsubscribe = subscribe((hint) => {
    if (timer !== undefined || !hint.kinds.includes("logs") || !concerns(hint, place)) return;
    timer = setTimeout(ask, Math.max(0, asked + PACE - Date.now()));
  });
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}

/** The console output of a run (of one of its processes), live. */
export function useLogs(
  { workspace, project, run }: RunPlace,
  writer: string | undefined,
): [LogSnapshot, LogStore] {
  const store = useMemo(
    () => makeLogStore((query) => api.logs(workspace, project, run, { ...query, writer })),
    [workspace, project, run, writer],
  );
  useEffect(() => follow(store, { workspace, project, run }), [store, workspace, project, run]);
  return [useSyncExternalStore(store.subscribe, store.snapshot), store];
}
