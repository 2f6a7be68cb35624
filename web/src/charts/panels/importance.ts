/**
 * How much a parameter says about a metric, over runs: Spearman's rank correlation, and permutation
 * importance in a random forest (Breiman, Random Forests, Machine Learning 45, 2001). Both are about
 * the runs at hand and prove no cause.
 */

import type { Value } from "./runs";

export interface Importance {
  /** The share of what all parameters explain; null: the forest explains nothing. */
  importance: number | null;
  /** Spearman's rank correlation, -1 to 1; null for words, or where nothing varies. */
  correlation: number | null;
}

export interface Importances {
  /** One per parameter, in their order. */
  parameters: readonly Importance[];
  /** R² on runs that a tree has not seen; null with too few runs. */
  explained: number | null;
  /** Runs it is computed from. */
  runs: number;
}

/** With fewer runs than this a forest only repeats chance. */
export const LEAST_RUNS = 10;
/** Of more runs than this some are drawn by lot, always the same. */
export const MOST_RUNS = 500;
const TREES = 64;
const LEAST_LEAF = 2;
const DEEPEST = 12;

/**
 * The importance of each parameter for `target`.
 * @param parameters per parameter the value of each run; runs that lack one have a value of their own
 * @param target the metric of each run
 */
export function importances(
  parameters: readonly (readonly Value[])[],
  target: readonly number[],
): Importances {
  const rows = sample(target.length, MOST_RUNS);
  const y = rows.map((row) => target[row] as number);
  const columns = parameters.map((values) => rows.map((row) => values[row] ?? null));
  const correlations = columns.map((values) => spearman(values, y));
  const forest = y.length < LEAST_RUNS || constant(y) ? null : grow(columns.map(toColumn), y);
  const total = forest?.worth.reduce((sum, one) => sum + one, 0) ?? 0;
  const useful = forest !== null && forest.explained > 0 && total > 0;
  return {
    parameters: correlations.map((correlation, i) => ({
      correlation,
      importance: useful ? (forest.worth[i] ?? 0) / total : null,
    })),
    explained: forest?.explained ?? null,
    runs: y.length,
  };
}

function constant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

/** A generator of numbers in [0, 1), the same at each call (mulberry32, public domain). */
function lot(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffled(items: readonly number[], random: () => number): number[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [out[i], out[other]] = [out[other] as number, out[i] as number];
  }
  return out;
}

function sample(count: number, most: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  return count <= most ? all : shuffled(all, lot(1)).slice(0, most);
}

/**
 * Spearman's rank correlation: Pearson's of the ranks, equal values sharing the mean of theirs. Rows
 * without a value are left out.
 */
export function spearman(values: readonly Value[], target: readonly number[]): number | null {
  if (values.some((value) => typeof value === "string")) return null;
  const rows = values.flatMap((value, i) => (value === null ? [] : [i]));
  if (rows.length < 3) return null;
  const a = ranks(rows.map((row) => values[row] as number));
  const b = ranks(rows.map((row) => target[row] as number));
  const mean = (rows.length - 1) / 2;
  let [both, first, second] = [0, 0, 0];
  a.forEach((rank, i) => {
    const [x, y] = [rank - mean, (b[i] as number) - mean];
    both += x * y;
    first += x * x;
    second += y * y;
  });
  return first === 0 || second === 0 ? null : both / Math.sqrt(first * second);
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const out = Array.from({ length: values.length }, () => 0);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i <= to; i++) out[order[i] ?? 0] = (from + to) / 2;
    from = to + 1;
  }
  return out;
}

/** Words are told apart one from all others; numbers are cut in two. */
interface Column {
  values: readonly number[];
  words: boolean;
}

function toColumn(values: readonly Value[]): Column {
  const words = values.some((value) => typeof value === "string");
  if (!words)
    return { values: values.map((value) => (value === null ? -Infinity : Number(value))), words };
  const names = new Map<Value, number>();
  for (const value of values) if (!names.has(value)) names.set(value, names.size);
  return { values: values.map((value) => names.get(value) ?? 0), words };
}

interface Node {
  mean: number;
  split?: { column: number; at: number; yes: Node; no: Node };
}

function passes(column: Column, value: number, at: number): boolean {
  return column.words ? value === at : value <= at;
}

type ValueOf = (column: number, row: number) => number;

function predict(node: Node, columns: readonly Column[], valueOf: ValueOf, row: number): number {
  let now = node;
  while (now.split) {
    const { column, at, yes, no } = now.split;
    now = passes(columns[column] as Column, valueOf(column, row), at) ? yes : no;
  }
  return now.mean;
}

/** Trees on draws with replacement, judged on the rows that were not drawn. */
function grow(
  columns: readonly Column[],
  y: readonly number[],
): { explained: number; worth: number[] } {
  const random = lot(7);
  const n = y.length;
  const worth = columns.map(() => 0);
  const sums = y.map(() => ({ sum: 0, trees: 0 }));
  const tried = Math.max(1, Math.ceil(columns.length / 3));
  const plain: ValueOf = (column, row) => columns[column]?.values[row] ?? 0;
  for (let tree = 0; tree < TREES; tree++) {
    const drawn = Array.from({ length: n }, () => Math.floor(random() * n));
    const seen = new Set(drawn);
    const unseen = y.flatMap((_, row) => (seen.has(row) ? [] : [row]));
    const root = grown(drawn, { columns, y, tried, random }, 0);
    const error = unseen.map((row) => {
      const guess = predict(root, columns, plain, row);
      const sum = sums[row];
      if (sum) [sum.sum, sum.trees] = [sum.sum + guess, sum.trees + 1];
      return ((y[row] as number) - guess) ** 2;
    });
    const before = error.reduce((sum, one) => sum + one, 0);
    columns.forEach((_, column) => {
      const mixed = shuffled(unseen, random);
      const place = new Map(unseen.map((row, i) => [row, mixed[i] as number]));
      const valueOf: ValueOf = (one, row) =>
        plain(one, one === column ? (place.get(row) ?? row) : row);
      let after = 0;
      for (const row of unseen)
        after += ((y[row] as number) - predict(root, columns, valueOf, row)) ** 2;
      if (unseen.length > 0)
        worth[column] = (worth[column] ?? 0) + (after - before) / unseen.length;
    });
  }
  // Chance may make a parameter look worse than useless: that is none.
  return { explained: explainedBy(sums, y), worth: worth.map((one) => Math.max(0, one)) };
}

function explainedBy(
  sums: readonly { sum: number; trees: number }[],
  y: readonly number[],
): number {
  const rows = sums.flatMap(({ trees }, row) => (trees > 0 ? [row] : []));
  const mean = rows.reduce((sum, row) => sum + (y[row] as number), 0) / rows.length;
  let [left, whole] = [0, 0];
  for (const row of rows) {
    const { sum, trees } = sums[row] as { sum: number; trees: number };
    left += ((y[row] as number) - sum / trees) ** 2;
    whole += ((y[row] as number) - mean) ** 2;
  }
  return whole === 0 ? 0 : 1 - left / whole;
}

interface Growing {
  columns: readonly Column[];
  y: readonly number[];
  /** Parameters looked at for each cut. */
  tried: number;
  random: () => number;
}

function grown(rows: readonly number[], growing: Growing, depth: number): Node {
  const { columns, y, tried, random } = growing;
  const mean = rows.reduce((sum, row) => sum + (y[row] as number), 0) / rows.length;
  if (rows.length < 2 * LEAST_LEAF || depth >= DEEPEST) return { mean };
  const some = shuffled(
    columns.map((_, i) => i),
    random,
  ).slice(0, tried);
  let best: { column: number; at: number; gain: number } | null = null;
  for (const column of some) {
    const cut = bestCut(columns[column] as Column, rows, y);
    if (cut && cut.gain > (best?.gain ?? 1e-12)) best = { column, ...cut };
  }
  if (best === null) return { mean };
  const { column, at } = best;
  const of = columns[column] as Column;
  const yes = rows.filter((row) => passes(of, of.values[row] as number, at));
  const no = rows.filter((row) => !passes(of, of.values[row] as number, at));
  return {
    mean,
    split: { column, at, yes: grown(yes, growing, depth + 1), no: grown(no, growing, depth + 1) },
  };
}

/** The cut that leaves least squared error; its gain is what it takes away. */
function bestCut(
  { values, words }: Column,
  rows: readonly number[],
  y: readonly number[],
): { at: number; gain: number } | null {
  const order = rows.toSorted((a, b) => (values[a] as number) - (values[b] as number));
  const count = order.length;
  const total = order.reduce((sum, row) => sum + (y[row] as number), 0);
  const base = (total * total) / count;
  let best: { at: number; gain: number } | null = null;
  let [from, sum] = [0, 0];
  for (let i = 0; i < count; i++) {
    const row = order[i] as number;
    sum += y[row] as number;
    const next = order[i + 1];
    if (next !== undefined && values[next] === values[row]) continue;
    // Of words only those of this name stand on one side.
    const inside = words ? i + 1 - from : i + 1;
    const outside = count - inside;
    if (inside >= LEAST_LEAF && outside >= LEAST_LEAF) {
      const gain = (sum * sum) / inside + (total - sum) ** 2 / outside - base;
      if (gain > (best?.gain ?? 0)) best = { at: cutAt(values, row, next, words), gain };
    }
    if (words) [from, sum] = [i + 1, 0];
  }
  return best;
}

/** Between two neighbours, in the middle; runs without a value stand below all others. */
function cutAt(
  values: readonly number[],
  row: number,
  next: number | undefined,
  words: boolean,
): number {
  const value = values[row] as number;
  if (words || next === undefined || !Number.isFinite(value)) return value;
  return value + ((values[next] as number) - value) / 2;
}
