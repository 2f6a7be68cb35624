import { useEffect, useMemo, useSyncExternalStore } from "react";

import { api } from "@/api/client";
import { concerns, subscribe } from "@/api/live";

import { type Finder, type Found, makeFinder } from "./finder";
import { makeLogStore, type LogSnapshot, type LogStore } from "./store";
import { LEVELS, type Level } from "./text";

export interface RunPlace {
  workspace: string;
  project: string;
  run: string;
}

/** Which console of a run is meant: without a rank that of the first process. */
export interface LogPlace extends RunPlace {
  rank: number | undefined;
  level: Level;
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

/** The least number of a level; 0 where every line is meant. */
function leastOf(level: Level): number {
  return level === "debug" ? 0 : LEVELS[level];
}

function finderOf({ workspace, project, run, rank, level }: LogPlace, text: string): Finder {
  return makeFinder((first) =>
    api.findInConsole(workspace, project, run, { rank, first, text, level: leastOf(level) }),
  );
}

/** The console output of a process of a run, live; with a level only lines of that and above. */
export function useLogs(place: LogPlace): [LogSnapshot, LogStore] {
  const { workspace, project, run, rank, level } = place;
  const store = useMemo(() => {
    const least = leastOf(level);
    const here = { workspace, project, run, rank, level };
    return makeLogStore(
      (query) => api.console(workspace, project, run, { ...query, rank, level: least }),
      least === 0 ? null : finderOf(here, ""),
    );
  }, [workspace, project, run, rank, level]);
  useEffect(() => follow(store, { workspace, project, run }), [store, workspace, project, run]);
  return [useSyncExternalStore(store.subscribe, store.snapshot), store];
}

/** The lines that hold `text`, looked for in all there are; null where nothing is looked for. */
export function useFound(place: LogPlace, text: string, log: LogSnapshot): Found | null {
  const { workspace, project, run, rank, level } = place;
  const finder = useMemo(
    () => finderOf({ workspace, project, run, rank, level }, text),
    [workspace, project, run, rank, level, text],
  );
  useEffect(() => () => finder.close(), [finder]);
  const { total, parts } = log;
  const started = parts.map(({ writer, at }) => `${at} ${writer}`).join("\n");
  useEffect(() => {
    // Where earlier parts have grown, every place behind them has moved.
    if (text !== "") finder.reset();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what makes places move
  }, [finder, text, started]);
  useEffect(() => {
    // A failure is in what the finder says.
    if (text !== "" && total !== null) void finder.extend(total);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- it begins anew then
  }, [finder, text, total, started]);
  const found = useSyncExternalStore(finder.subscribe, finder.snapshot);
  return text === "" ? null : found;
}
