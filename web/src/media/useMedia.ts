/** What panels ask: which keys there are, at which steps, and what stands there. */

import {
  keepPreviousData,
  type QueryClient,
  useQueries,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";

import { concerns } from "@/api/live";
import { mediaEntriesQuery, mediaKeysQuery, mediaStepsQuery } from "@/api/media";
import type { Hint, MediaEntry, MediaItem } from "@/api/messages";
import { useRefresh } from "@/api/queries";

import { isComing } from "./bytes";
import { evenSteps, type PanelRow, shownStep, unionOf } from "./panels";
import type { MediaSource } from "./viewer";

/**
 * What was shown last of each series, until its next answer is there. A list of questions forgets
 * what it had when one of them changes.
 */
function openMemory<T>(most = 500) {
  const kept = new Map<string, T>();
  return {
    get: (name: string): T | undefined => kept.get(name),
    set(name: string, value: T): void {
      kept.delete(name);
      kept.set(name, value);
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
  };
}

const lastSteps = openMemory<number[]>();
const lastEntries = openMemory<MediaEntry[]>();

function nameOf({ workspace, project, run, key, rank }: MediaSource): string {
  return JSON.stringify([workspace, project, run, key, rank]);
}

/** What is on its way is asked for again so often (ms); hints come for most of it before. */
const HEAL = 2_000;

/** What these runs logged, asked for again when one of them has something new. */
export function useMediaKeys(place: { workspace: string; project: string }, runs: string[]) {
  const { workspace, project } = place;
  const query = mediaKeysQuery(workspace, project, runs);
  const names = runs.join("\n");
  const changed = useCallback(
    (hint: Hint) => {
      if (!hint.kinds.includes("run") || !concerns(hint, { workspace, project })) return false;
      return names.split("\n").some((run) => concerns(hint, { run }));
    },
    [workspace, project, names],
  );
  useRefresh(query.queryKey, changed);
  // What was logged anew at a step that is shown, and bytes that have come since.
  useRefresh(["media", "entries", workspace, project], changed);
  return useQuery({ ...query, placeholderData: keepPreviousData });
}

export interface RowSteps {
  row: PanelRow;
  /** Null: they are not known yet. */
  steps: readonly number[] | null;
}

export interface PanelSteps {
  rows: readonly RowSteps[];
  /** All that one of the rows has; null while one of them is not known. */
  all: readonly number[] | null;
  error: unknown;
  retry: () => void;
}

/** The steps of each row of a panel. Most are known without asking: from the first to the last. */
export function useSteps(rows: readonly PanelRow[]): PanelSteps {
  const even = useMemo(() => rows.map(evenSteps), [rows]);
  const asked = useQueries({
    queries: rows.flatMap(({ source, count }, i) =>
      even[i] === null
        ? [
            {
              ...mediaStepsQuery(source.workspace, source.project, source, count),
              placeholderData: () => lastSteps.get(nameOf(source)),
            },
          ]
        : [],
    ),
    combine: together,
  });
  useEffect(() => {
    const odd = rows.filter((_, i) => even[i] === null);
    odd.forEach(({ source }, i) => {
      const found = asked.data[i];
      if (found) lastSteps.set(nameOf(source), found);
    });
  }, [rows, even, asked.data]);
  return useMemo(() => {
    const odd = rows.filter((_, i) => even[i] === null);
    const found = rows.map((row, i): RowSteps => {
      const steps = even[i] ?? asked.data[odd.indexOf(row)] ?? null;
      return { row, steps };
    });
    const known = found.flatMap(({ steps }) => (steps === null ? [] : [steps]));
    const all = known.length === found.length ? unionOf(known) : null;
    return { rows: found, all, error: asked.error, retry: asked.retry };
  }, [rows, even, asked]);
}

function together<T>(results: UseQueryResult<T>[]) {
  const failed = results.filter(({ error, data }) => error !== null && data === undefined);
  return {
    data: results.map(({ data }) => data),
    error: failed[0]?.error ?? null,
    retry: () => {
      for (const one of failed) void one.refetch();
    },
    waiting: results.some(({ isPlaceholderData, isPending }) => isPlaceholderData || isPending),
  };
}

/** What is shown of a row. `entries` are null before the first answer; none: nothing that early. */
export interface RowEntries {
  source: MediaSource;
  step: number | undefined;
  entries: readonly MediaEntry[] | null;
}

export interface PanelEntries {
  rows: readonly RowEntries[];
  /** What is shown is of another step: the answer is on its way. */
  waiting: boolean;
  error: unknown;
  retry: () => void;
}

/** Does the entry lack bytes that may still come? */
export function isIncomplete(entries: readonly MediaEntry[] | undefined): boolean {
  return (entries ?? []).some(({ items }) => items.some(lacks));
}

function lacks(item: MediaItem): boolean {
  const masks = Object.keys((item.meta.masks as object | undefined) ?? {});
  return isComing(item) || masks.some((name) => !(name in item.files));
}

function entriesQuery(source: MediaSource, step: number | undefined, limit: number) {
  const { workspace, project } = source;
  const range = { lo: limit === 1 ? (step ?? 0) : 0, hi: step ?? 0, limit };
  return {
    ...mediaEntriesQuery(workspace, project, source, range),
    enabled: step !== undefined,
  };
}

/**
 * The entries of the rows of a panel at a step (undefined: the newest), the last `limit` up to it.
 * While a new step is on its way, the old one stays.
 */
export function useEntries(
  rows: readonly RowSteps[],
  at: number | undefined,
  limit = 1,
): PanelEntries {
  const wanted = rows.map(({ row, steps }) => ({
    source: row.source,
    step: steps === null ? undefined : shownStep(steps, at),
  }));
  const answers = useQueries({
    queries: wanted.map(({ source, step }) => ({
      ...entriesQuery(source, step, limit),
      placeholderData: () => lastEntries.get(`${nameOf(source)} ${limit}`),
      refetchInterval: ({ state }: { state: { data: MediaEntry[] | undefined } }) =>
        isIncomplete(state.data) ? HEAL : (false as const),
    })),
    combine: together,
  });
  useEffect(() => {
    wanted.forEach(({ source }, i) => {
      const found = answers.data[i];
      if (found) lastEntries.set(`${nameOf(source)} ${limit}`, found);
    });
  });
  return {
    rows: wanted.map(({ source, step }, i) => ({
      source,
      step,
      entries: step === undefined ? (rows[i]?.steps ? [] : null) : (answers.data[i] ?? null),
    })),
    waiting: answers.waiting,
    error: answers.error,
    retry: answers.retry,
  };
}

/** So many steps on either side are made ready. */
const AHEAD = 2;
/** A slider that moves on within this time has passed by (ms). */
const REST = 120;

/** Ask for the steps beside the one that is shown, when the slider rests. */
export function usePrefetch(
  rows: readonly RowSteps[],
  place: number,
  all: readonly number[],
  ready: (source: MediaSource, entry: MediaEntry) => void,
): void {
  const client = useQueryClient();
  const latest = useRef({ rows, all, ready });
  useEffect(() => {
    latest.current = { rows, all, ready };
  });
  useEffect(() => {
    const timer = setTimeout(() => {
      const now = latest.current;
      for (let way = 1; way <= AHEAD; way += 1)
        for (const at of [now.all[place + way], now.all[place - way]])
          if (at !== undefined)
            for (const { row, steps } of now.rows) {
              const step = steps === null ? undefined : shownStep(steps, at);
              if (step !== undefined) void fetchAhead(client, row.source, step, now.ready);
            }
    }, REST);
    return () => clearTimeout(timer);
  }, [client, place]);
}

async function fetchAhead(
  client: QueryClient,
  source: MediaSource,
  step: number,
  ready: (source: MediaSource, entry: MediaEntry) => void,
): Promise<void> {
  const query = entriesQuery(source, step, 1);
  await client.prefetchQuery(query);
  const [entry] = client.getQueryData<MediaEntry[]>(query.queryKey) ?? [];
  if (entry !== undefined) ready(source, entry);
}
