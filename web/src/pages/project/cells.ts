/**
 * Cells of metrics, asked for where they are looked at: of the rows and columns in sight, or whole
 * columns where all runs have to be known. Those that are there stay until newer ones have come.
 */

import type { Value } from "./stats";

/** Cells per question of whole columns: what the server gives at once. */
const AT_ONCE = 1_000_000;
/** Cells of whole columns that are held; more columns than fit are not known whole. */
const HELD = 4_000_000;
/** Cells of single runs that are held; with more it begins anew with those in sight. */
const HELD_SINGLE = 300_000;
/** Runs and columns of a question for some. */
const SOME = 1000;
/** Until what failed is tried again, in milliseconds. */
const AGAIN = 5_000;

export interface Block {
  runs: readonly string[];
  columns: readonly string[];
}

/** Values by column, aligned with the runs. */
export interface Answer {
  runs: readonly string[];
  cells: readonly (readonly Value[])[];
}

export interface Source {
  some: (block: Block) => Promise<Answer>;
  whole: (columns: readonly string[]) => Promise<Answer>;
}

interface Whole {
  places: ReadonlyMap<string, number>;
  values: readonly Value[];
  age: number;
}

export interface Cells {
  /** What the run has in the column; undefined: not known yet. */
  read: (run: string, column: string) => Value | undefined;
  /** Ask for what is not known of a block; of several asked for at once the last counts. */
  want: (block: Block) => void;
  /** Ask for columns of all of `count` runs; resolves when those that fit are known. */
  wantWhole: (columns: readonly string[], count: number) => Promise<void>;
  /** All is asked for anew when it is looked at next; what is known stays meanwhile. */
  age: () => void;
  subscribe: (changed: () => void) => () => void;
  /** Another one whenever something has changed. */
  version: () => number;
  error: () => Error | null;
}

export function openCells(source: Source): Cells {
  const some = new Map<string, Map<string, { value: Value; age: number }>>();
  const whole = new Map<string, Whole>();
  const listeners = new Set<() => void>();
  let [age, version] = [0, 0];
  let wanted: Block | null = null;
  let busy = false;
  let failed: Error | null = null;
  let single = 0;
  let queue = Promise.resolve();

  const tell = () => {
    version += 1;
    for (const changed of listeners) changed();
  };
  const read = (run: string, column: string) => {
    const full = whole.get(column);
    const one = some.get(column)?.get(run);
    if (full === undefined || (one !== undefined && one.age > full.age)) return one?.value;
    const place = full.places.get(run);
    return place === undefined ? one?.value : full.values[place];
  };
  const isFresh = (run: string, column: string) => {
    const full = whole.get(column);
    if (full?.age === age && full.places.has(run)) return true;
    return some.get(column)?.get(run)?.age === age;
  };
  /** The rows and columns of a block that lack something. */
  const lackOf = ({ runs, columns }: Block): Block => {
    const lacking = columns.filter((column) => runs.some((run) => !isFresh(run, column)));
    const rows = runs.filter((run) => lacking.some((column) => !isFresh(run, column)));
    return { runs: rows.slice(0, SOME), columns: lacking.slice(0, SOME) };
  };
  const keep = (columns: readonly string[], { runs, cells }: Answer, of: number) => {
    single += runs.length * columns.length;
    if (single > HELD_SINGLE) {
      some.clear();
      single = runs.length * columns.length;
    }
    columns.forEach((column, i) => {
      const known = some.get(column) ?? new Map<string, { value: Value; age: number }>();
      runs.forEach((run, row) => known.set(run, { value: cells[i]?.[row] ?? null, age: of }));
      some.set(column, known);
    });
  };
  const pump = async (): Promise<void> => {
    if (busy || wanted === null) return;
    const block = lackOf(wanted);
    if (block.runs.length === 0) return;
    const of = age;
    busy = true;
    try {
      keep(block.columns, await source.some(block), of);
      failed = null;
    } catch (error) {
      failed = error as Error;
    }
    if (failed !== null) setTimeout(resume, AGAIN);
    else busy = false;
    tell();
    await pump();
  };
  const resume = () => {
    busy = false;
    void pump();
  };
  const askWhole = async (columns: readonly string[], count: number): Promise<void> => {
    const held = columns.slice(0, Math.floor(HELD / Math.max(1, count)));
    const lacking = held.filter((column) => whole.get(column)?.age !== age);
    const step = Math.max(1, Math.min(SOME, Math.floor(AT_ONCE / Math.max(1, count))));
    for (let begin = 0; begin < lacking.length; begin += step) {
      const part = lacking.slice(begin, begin + step);
      const of = age;
      // oxlint-disable-next-line no-await-in-loop -- one large answer after the other
      const { runs, cells } = await source.whole(part);
      const places = new Map(runs.map((run, place) => [run, place]));
      part.forEach((column, i) => {
        whole.delete(column);
        whole.set(column, { places, values: cells[i] ?? [], age: of });
      });
      forgetOldest(whole, Math.max(1, HELD / Math.max(1, count)));
      tell();
    }
  };

  return {
    read,
    want(block) {
      wanted = block;
      void pump();
    },
    wantWhole(columns, count) {
      // One after the other: what two ask for is fetched once.
      const asked = queue.then(() => askWhole(columns, count));
      queue = asked.catch((error: unknown) => {
        failed = error as Error;
        tell();
      });
      return asked;
    },
    age() {
      age += 1;
      tell();
    },
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    version: () => version,
    error: () => failed,
  };
}

function forgetOldest(whole: Map<string, Whole>, most: number): void {
  for (const column of whole.keys()) {
    if (whole.size <= most) return;
    whole.delete(column);
  }
}
