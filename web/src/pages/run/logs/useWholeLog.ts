import { useEffect } from "react";

import type { LogSnapshot, LogStore } from "./store";

/** Fetch the rest of the log while something (a search, a filter) has to look at all of it. */
export function useWholeLog(store: LogStore, log: LogSnapshot, needed: boolean): void {
  const { total } = log;
  useEffect(() => {
    // A failure is in the store's state and shown from there.
    if (needed && total !== null) store.want(0, total).catch(() => undefined);
  }, [store, total, needed]);
}
