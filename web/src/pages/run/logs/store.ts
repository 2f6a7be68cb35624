/** The console lines of one writer that this page has seen so far, fetched as they are wanted. */

import type { LogLine, Logs } from "@/api/messages";

export const PAGE = 1000;
/** Lines before the newest that may still be replaced: progress bars are rewritten in place. */
const UNSETTLED = 100;

export type FetchLogs = (query: { first?: number; limit: number }) => Promise<Logs>;

export interface LogSnapshot {
  /** Changes whenever anything else did. */
  version: number;
  /** Number of lines there are, or null before the first answer. */
  total: number | null;
  writer: string | null;
  writers: string[];
  /** By line number, with holes where nothing was fetched yet. */
  lines: readonly (LogLine | undefined)[];
  /** How many lines have been asked for and answered. */
  read: number;
  error: unknown;
}

export interface LogStore {
  subscribe: (changed: () => void) => () => void;
  snapshot: () => LogSnapshot;
  /** Fetch what is missing of `first <= line < end`. */
  want: (first: number, end: number) => Promise<void>;
  /** Fetch what is new, and the last lines again. */
  refresh: () => Promise<void>;
}

/** Make the store; `fetchLogs` is bound to one run and writer. */
export function makeLogStore(fetchLogs: FetchLogs): LogStore {
  const lines: (LogLine | undefined)[] = [];
  const known: number[] = [];
  const pending = new Map<number, Promise<void>>();
  const listeners = new Set<() => void>();
  let refreshing: Promise<void> | null = null;
  let state: LogSnapshot = {
    version: 0,
    total: null,
    writer: null,
    writers: [],
    lines,
    read: 0,
    error: null,
  };

  const change = (part: Partial<LogSnapshot>) => {
    const read = known.reduce((sum, end, page) => sum + Math.max(0, end - page * PAGE), 0);
    state = { ...state, ...part, read, version: state.version + 1 };
    for (const listener of listeners) listener();
  };

  /** Every line in [first, end) has been answered: note it on each page it touches. */
  const noteKnown = (first: number, end: number) => {
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page++) {
      const so = known[page] ?? page * PAGE;
      if (first <= so) known[page] = Math.max(so, Math.min(end, (page + 1) * PAGE));
    }
  };

  const receive = (first: number, limit: number, answer: Logs) => {
    for (const line of answer.lines) lines[line.line] = line;
    const full = answer.lines.length >= limit;
    const end = full ? (answer.lines.at(-1)?.line ?? first - 1) + 1 : answer.total;
    noteKnown(first, end);
    change({
      total: Math.max(answer.total, state.total ?? 0),
      writer: answer.writer,
      writers: answer.writers,
      error: null,
    });
  };

  const ask = async (first: number | undefined, limit: number) => {
    try {
      const answer = await fetchLogs(first === undefined ? { limit } : { first, limit });
      receive(first ?? answer.lines[0]?.line ?? 0, limit, answer);
    } catch (error) {
      change({ error });
      throw error;
    }
  };

  const wantPage = (page: number): Promise<void> => {
    const from = Math.max(page * PAGE, known[page] ?? 0);
    if (from >= Math.min((page + 1) * PAGE, state.total ?? 0)) return Promise.resolve();
    let asked = pending.get(page);
    if (asked === undefined) {
      asked = ask(from, (page + 1) * PAGE - from).finally(() => pending.delete(page));
      pending.set(page, asked);
    }
    return asked;
  };

  const tail = async () => {
    const { total } = state;
    if (total === null || total === 0) return ask(undefined, PAGE);
    return ask(Math.max(0, total - UNSETTLED), PAGE);
  };

  return {
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    snapshot: () => state,
    want: async (first, end) => {
      for (let page = Math.floor(Math.max(0, first) / PAGE); page * PAGE < end; page++) {
        // oxlint-disable-next-line no-await-in-loop -- one page after another spares the server
        await wantPage(page);
      }
    },
    refresh: () => {
      refreshing ??= tail().finally(() => {
        refreshing = null;
      });
      return refreshing;
    },
  };
}
