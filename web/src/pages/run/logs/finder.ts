/** Places of the lines that match, looked for by the server a stretch at a time. */

import type { ConsoleHits } from "@/api/messages";

import { firstFrom } from "./text";

/** Lines before the newest that may still be replaced: progress bars are rewritten in place. */
export const UNSETTLED = 100;

export type FetchHits = (first: number) => Promise<ConsoleHits>;

export interface Found {
  /** Changes whenever anything else did. */
  version: number;
  /** In order; the same array grows. */
  places: readonly number[];
  /** All that match before this place are known. */
  searched: number;
  error: unknown;
}

export interface Finder {
  subscribe: (changed: () => void) => () => void;
  snapshot: () => Found;
  /** Look on, up to place `total`. */
  extend: (total: number) => Promise<void>;
  /** Forget what was found: places have moved. */
  reset: () => void;
  /** Ask nothing more. */
  close: () => void;
}

/** Make a finder; `fetchHits` is bound to one console, text and level. */
export function makeFinder(fetchHits: FetchHits): Finder {
  const places: number[] = [];
  const listeners = new Set<() => void>();
  let state: Found = { version: 0, places, searched: 0, error: null };
  let goal = 0;
  let epoch = 0;
  let looking: Promise<void> | null = null;

  const change = (part: Partial<Found>) => {
    state = { ...state, ...part, version: state.version + 1 };
    for (const listener of listeners) listener();
  };

  const look = async (from: number, mine: number): Promise<void> => {
    const answer = await fetchHits(from);
    if (mine !== epoch) return undefined;
    places.length = firstFrom(places, from);
    for (const place of answer.places) places.push(place);
    change({ searched: answer.end, error: null });
    return answer.end < goal && answer.end > from ? look(answer.end, mine) : undefined;
  };

  const begin = async (mine: number) => {
    try {
      await look(Math.max(0, state.searched - UNSETTLED), mine);
    } catch (error) {
      if (mine === epoch) change({ error });
    }
  };

  return {
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    snapshot: () => state,
    extend: (total) => {
      goal = Math.max(goal, total);
      if (goal === 0) return Promise.resolve();
      const mine = epoch;
      looking ??= begin(mine).finally(() => {
        if (mine === epoch) looking = null;
      });
      return looking;
    },
    reset: () => {
      epoch += 1;
      looking = null;
      goal = 0;
      places.length = 0;
      change({ searched: 0, error: null });
    },
    close: () => {
      epoch += 1;
      looking = null;
    },
  };
}
