/** What a histogram holds, and how it is brought onto the bins of another. */

import { parsedObject, Problem } from "./problem";

export interface Counted {
  counts: readonly number[];
  /** One more than counts, ascending. */
  edges: readonly number[];
  nan: number;
  above: number;
  below: number;
  /** All that was counted in bins. */
  total: number;
}

const MOST_BINS = 512;

/** Read what `swanlab.Histogram` writes. */
export function readCounted(text: string): Counted {
  const { counts, edges, apart } = parsedObject(text);
  if (!areNumbers(counts) || !areNumbers(edges)) throw new Problem("viewer.noHistogram");
  const fits = counts.length > 0 && counts.length <= MOST_BINS;
  if (!fits || edges.length !== counts.length + 1) throw new Problem("viewer.noHistogram");
  if (counts.some((count) => count < 0)) throw new Problem("viewer.noHistogram");
  if (edges.some((edge, i) => i > 0 && edge < (edges[i - 1] ?? edge)))
    throw new Problem("viewer.noHistogram");
  const [nan = 0, above = 0, below = 0] = areNumbers(apart) ? apart : [];
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { counts, edges, nan, above, below, total };
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isFinite(one));
}

/** How far the values of several reach. */
export function rangeOf(all: Iterable<Counted>): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { edges } of all) {
    low = Math.min(low, edges[0] ?? low);
    high = Math.max(high, edges.at(-1) ?? high);
  }
  if (low > high) return [0, 1];
  if (low < high) return [low, high];
  const room = Math.abs(low) / 2 || 0.5;
  return [low - room, high + room];
}

/**
 * The same counts in `bins` bins of equal width from `low` to `high`: a bin that lies across several
 * is shared out as if its values were spread evenly. The sum stays.
 */
export function rebinned(of: Counted, [low, high]: [number, number], bins: number): Float64Array {
  const found = new Float64Array(bins);
  const scale = bins / (high - low);
  const place = (value: number) => Math.min(bins, Math.max(0, (value - low) * scale));
  of.counts.forEach((count, i) => {
    if (count === 0) return;
    const [from, to] = [place(of.edges[i] ?? low), place(of.edges[i + 1] ?? low)];
    const first = Math.min(bins - 1, Math.floor(from));
    const last = Math.min(bins - 1, Math.ceil(to) - 1);
    if (last <= first) {
      found[first] = (found[first] ?? 0) + count;
      return;
    }
    for (let bin = first; bin <= last; bin++) {
      const share = (Math.min(to, bin + 1) - Math.max(from, bin)) / (to - from);
      found[bin] = (found[bin] ?? 0) + count * share;
    }
  });
  return found;
}

/** Steps of one run, as they are drawn. */
export interface Column {
  step: number;
  /** The last of the steps that this one stands for. */
  last: number;
  /** Shares of the bins, together 1; all 0 where nothing was counted. */
  shares: Float64Array;
  counts: Float64Array;
}

/** Steps on common bins; where there are more than `most`, neighbours are put together. */
export function columnsOf(
  steps: readonly { step: number; counted: Counted }[],
  range: [number, number],
  bins: number,
  most: number,
): Column[] {
  const each = Math.max(1, Math.ceil(steps.length / Math.max(1, most)));
  const columns: Column[] = [];
  for (let start = 0; start < steps.length; start += each) {
    const some = steps.slice(start, start + each);
    const counts = new Float64Array(bins);
    for (const { counted } of some) {
      const one = rebinned(counted, range, bins);
      for (let bin = 0; bin < bins; bin++) counts[bin] = (counts[bin] ?? 0) + (one[bin] ?? 0);
    }
    const sum = counts.reduce((a, b) => a + b, 0);
    columns.push({
      step: some[0]?.step ?? 0,
      last: some.at(-1)?.step ?? 0,
      counts,
      shares: counts.map((count) => (sum > 0 ? count / sum : 0)),
    });
  }
  return columns;
}

/** The entries of an answer may be anything; what is no histogram is null. */
export function countedOr(text: string | null): Counted | null {
  if (text === null) return null;
  try {
    return readCounted(text);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
