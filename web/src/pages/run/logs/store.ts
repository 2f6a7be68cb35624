/**
 * The console of one process as this page knows it: how many lines there are, and the pages of them
 * that were looked at last. However long it is, no more than KEPT pages are held.
 */

import type { Console, ConsolePart, ConsoleRank, LogLine } from "@/api/messages";

import { type Finder, UNSETTLED } from "./finder";
import { firstFrom } from "./text";

export const PAGE = 1000;
export const KEPT = 40;

export type FetchConsole = (query: { first?: number; limit: number }) => Promise<Console>;

export interface LogSnapshot {
  /** Changes whenever anything else did. */
  version: number;
  /** Number of lines there are, or null before the first answer. */
  total: number | null;
  /** Number of those that are shown: all, or those of a level found so far. */
  rows: number;
  rank: number | null;
  ranks: ConsoleRank[];
  /** Where a process that was started again goes on. */
  parts: ConsolePart[];
  error: unknown;
}

export interface Row {
  /** Place of the line in the whole. */
  place: number;
  /** Missing while it is being fetched. */
  line: LogLine | undefined;
}

export interface LogStore {
  subscribe: (changed: () => void) => () => void;
  snapshot: () => LogSnapshot;
  row: (index: number) => Row;
  /** The row of the line at `place`, or the first one behind it. */
  rowOf: (place: number) => number;
  /** Fetch what is missing of the rows `first <= row < end`. */
  want: (first: number, end: number) => Promise<void>;
  /** Fetch what is new, and the last lines again. */
  refresh: () => Promise<void>;
}

interface Page {
  lines: Map<number, LogLine>;
  /** So many of its rows have been answered. */
  known: number;
}

/** Pages of rows, those looked at last. */
function makePages() {
  const pages = new Map<number, Page>();
  return {
    pages,
    /** The page, which counts as looked at. */
    touch: (number: number): Page => {
      const page = pages.get(number) ?? { lines: new Map(), known: 0 };
      pages.delete(number);
      pages.set(number, page);
      for (const oldest of pages.keys()) {
        if (pages.size <= KEPT) break;
        pages.delete(oldest);
      }
      return page;
    },
  };
}

/** Are the parts the ones known before, with new ones behind them at most? */
function goesOn(before: readonly ConsolePart[], now: readonly ConsolePart[]): boolean {
  return before.every(({ writer, at }, i) => now[i]?.writer === writer && now[i].at === at);
}

/**
 * Make the store. `fetchConsole` is bound to one run, rank and level; `level` finds the lines of
 * that level, null where all are shown.
 */
export function makeLogStore(fetchConsole: FetchConsole, level: Finder | null = null): LogStore {
  const { pages, touch } = makePages();
  const pending = new Map<number, Promise<void>>();
  const listeners = new Set<() => void>();
  let refreshing: Promise<void> | null = null;
  let state: LogSnapshot = {
    version: 0,
    total: null,
    rows: 0,
    rank: null,
    ranks: [],
    parts: [],
    error: null,
  };
  const places = () => level?.snapshot().places ?? null;

  const change = (part: Partial<LogSnapshot>) => {
    const next = { ...state, ...part, version: state.version + 1 };
    state = { ...next, rows: places()?.length ?? next.total ?? 0 };
    for (const listener of listeners) listener();
  };

  const told = (answer: Console) => {
    if (!goesOn(state.parts, answer.parts)) {
      pages.clear();
      level?.reset();
    }
    const { total, rank, ranks, parts } = answer;
    change({ total, rank, ranks, parts, error: null });
  };

  /** Put the lines of [first, end) on the pages they belong to; nothing is filtered here. */
  const place = (lines: readonly LogLine[], first: number, end: number) => {
    for (let number = Math.floor(first / PAGE); number * PAGE < end; number++) {
      const start = number * PAGE;
      const page = touch(number);
      for (const line of lines)
        if (line.line >= start && line.line < start + PAGE) page.lines.set(line.line, line);
      if (first <= start + page.known)
        page.known = Math.max(page.known, Math.min(PAGE, end - start));
    }
  };

  const endOf = ({ lines, total }: Console, limit: number) =>
    lines.length >= limit ? (lines.at(-1)?.line ?? -1) + 1 : total;

  const fetchPage = async (number: number, known: number, rows: number) => {
    const [from, limit] = [number * PAGE + known, Math.min(PAGE - known, rows)];
    try {
      const answer = await fetchConsole({ first: places()?.[from] ?? from, limit });
      told(answer);
      if (level === null) place(answer.lines, from, endOf(answer, limit));
      else {
        const page = touch(number);
        for (const line of answer.lines) page.lines.set(line.line, line);
        page.known = Math.max(page.known, known + answer.lines.length);
      }
      change({});
    } catch (error) {
      change({ error });
      throw error;
    }
  };

  const wantPage = (number: number): Promise<void> => {
    const { known } = touch(number);
    const missing = Math.min(PAGE, state.rows - number * PAGE) - known;
    if (missing <= 0) return Promise.resolve();
    let asked = pending.get(number);
    if (asked === undefined) {
      asked = fetchPage(number, known, missing).finally(() => pending.delete(number));
      pending.set(number, asked);
    }
    return asked;
  };

  const tail = async () => {
    const { total } = state;
    const first = total === null || total === 0 ? undefined : Math.max(0, total - UNSETTLED);
    try {
      const answer = await fetchConsole({ ...(first !== undefined && { first }), limit: PAGE });
      told(answer);
      if (level === null) {
        const from = first ?? Math.max(0, answer.total - PAGE);
        place(answer.lines, from, endOf(answer, PAGE));
        change({});
      } else {
        await level.extend(answer.total);
        // The lines at the end may read otherwise now.
        const last = pages.get(Math.floor(Math.max(0, state.rows - 1) / PAGE));
        if (last) last.known = 0;
        change({ error: level.snapshot().error });
      }
    } catch (error) {
      change({ error });
      throw error;
    }
  };

  level?.subscribe(() => change({}));
  return {
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    snapshot: () => state,
    row: (index) => {
      const at = places()?.[index] ?? index;
      return { place: at, line: pages.get(Math.floor(index / PAGE))?.lines.get(at) };
    },
    rowOf: (at) => {
      const found = places();
      return found === null ? at : firstFrom(found, at);
    },
    want: async (first, end) => {
      for (let number = Math.floor(Math.max(0, first) / PAGE); number * PAGE < end; number++) {
        // oxlint-disable-next-line no-await-in-loop -- one page after another spares the server
        await wantPage(number);
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
