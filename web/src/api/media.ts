/** What pages ask about media. Entries that are asked for together go in one question. */

import { queryOptions } from "@tanstack/react-query";

import { api, ApiError } from "./client";
import type { MediaEntry, MediaWanted } from "./messages";

/** What these runs logged as media. */
export function mediaKeysQuery(workspace: string, project: string, runs: readonly string[]) {
  return queryOptions({
    queryKey: ["media", "keys", workspace, project, ...runs],
    queryFn: ({ signal }) => api.mediaKeys(workspace, project, runs, signal),
    enabled: runs.length > 0,
  });
}

/** One process of a run under one key. */
export interface SeriesName {
  run: string;
  key: string;
  rank: number;
}

/** The steps of a series, ascending. `count`: how many there are, so that more are asked for. */
export function mediaStepsQuery(
  workspace: string,
  project: string,
  { run, key, rank }: SeriesName,
  count: number,
) {
  return queryOptions({
    queryKey: ["media", "steps", workspace, project, run, key, rank, count],
    queryFn: async ({ signal }) =>
      (await api.mediaSteps(workspace, project, run, { key, rank }, signal)).steps,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
  });
}

/** The newest `limit` entries up to a step, ascending; the newest of one step by default. */
export function mediaEntriesQuery(
  workspace: string,
  project: string,
  { run, key, rank }: SeriesName,
  { lo, hi, limit = 1 }: { lo: number; hi: number; limit?: number },
) {
  return queryOptions({
    queryKey: ["media", "entries", workspace, project, run, key, rank, lo, hi, limit],
    queryFn: ({ signal }) =>
      loaderOf(workspace, project).load({ run, key, rank, lo, hi, limit }, signal),
    staleTime: Number.POSITIVE_INFINITY, // Hints say when there is something else.
    gcTime: 2 * 60_000,
  });
}

export interface Loader {
  /** The entries of one series; rejects with ApiError, or with AbortError when nobody waits. */
  load(wanted: MediaWanted, signal: AbortSignal): Promise<MediaEntry[]>;
}

interface Waiting {
  wanted: MediaWanted;
  signal: AbortSignal;
  resolve: (found: MediaEntry[]) => void;
  reject: (error: unknown) => void;
}

export type Fetch = (wanted: MediaWanted[], signal: AbortSignal) => Promise<MediaEntry[][]>;

/** Series in one question, and questions under way at once. */
const BATCH = 64;
const AT_ONCE = 2;

/** One moment later everything that a screenful wants has said so. */
const soon = (call: () => void) => void setTimeout(call, 8);

/**
 * A loader that puts what is wanted within a moment into one question. Whoever stops waiting before
 * that is not asked for: a slider that is dragged leaves most of its steps behind. What is too much
 * for one answer is asked for in halves.
 */
export function openLoader(fetchEntries: Fetch, later: (call: () => void) => void = soon): Loader {
  let waiting: Waiting[] = [];
  let timed = false;
  let under = 0;

  const schedule = () => {
    if (timed || under >= AT_ONCE || waiting.length === 0) return;
    timed = true;
    later(() => {
      timed = false;
      const batch = waiting.filter(({ signal }) => !signal.aborted).slice(0, BATCH);
      const taken = new Set(batch);
      waiting = waiting.filter((one) => !one.signal.aborted && !taken.has(one));
      if (batch.length > 0) void ask(batch);
      schedule();
    });
  };

  const ask = async (batch: Waiting[]) => {
    under += 1;
    try {
      await answer(batch, fetchEntries);
    } finally {
      under -= 1;
      schedule();
    }
  };

  return {
    load: (wanted, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        waiting.push({ wanted, signal, resolve, reject });
        schedule();
      }),
  };
}

async function answer(batch: Waiting[], fetchEntries: Fetch): Promise<void> {
  const control = new AbortController();
  const check = () => {
    if (batch.every(({ signal }) => signal.aborted)) control.abort();
  };
  for (const { signal } of batch) signal.addEventListener("abort", check, { once: true });
  try {
    const found = await fetchEntries(
      batch.map(({ wanted }) => wanted),
      control.signal,
    );
    batch.forEach(({ resolve }, i) => resolve(found[i] ?? []));
  } catch (error) {
    const tooMuch = error instanceof ApiError && error.status === 413;
    if (tooMuch && batch.length > 1) {
      const middle = batch.length >> 1;
      await answer(batch.slice(0, middle), fetchEntries);
      await answer(batch.slice(middle), fetchEntries);
    } else for (const { reject } of batch) reject(error);
  }
}

const loaders = new Map<string, Loader>();

function loaderOf(workspace: string, project: string): Loader {
  const name = `${workspace}/${project}`;
  let loader = loaders.get(name);
  if (loader === undefined) {
    loader = openLoader(
      async (wanted, signal) => (await api.mediaEntries(workspace, project, wanted, signal)).found,
    );
    loaders.set(name, loader);
  }
  return loader;
}
