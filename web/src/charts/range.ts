/** The range of y without outliers: pure, so that what is left out can be counted and tested. */

import type { Column, LineColumns, Table } from "./columns";
import type { Limits, YAxis } from "./spec";

export interface RobustRange {
  low: number;
  high: number;
  /** Places of lines (points or buckets) of which something lies outside, in the part of x shown. */
  outside: number;
}

/** How many places of lines lie outside of the ends a person gave to y, in the part of x shown. */
export function outsideOf(
  table: Table,
  y: YAxis,
  { low = -Infinity, high = Infinity }: Limits,
  shown: readonly [min: number, max: number] | null,
): number {
  return countOutside(table, shown, low, high, y);
}

/** The quantiles that count as the body of the values. */
const BODY = [0.025, 0.975] as const;
/** Room around the body, as a share of its height. */
const ROOM = 0.5;

/**
 * The body of all that is drawn (lines and edges of bands) between `min` and `max` of x: from the 2.5 % to the 97.5 % quantile,
 * widened by half its height both ways and then cut to what there is. A curve without outliers is
 * therefore shown whole. On a curved axis the height is measured as it is drawn.
 *
 * @returns null when nothing lies outside, or the body has no height to go by
 */
export function robustRange(
  table: Table,
  y: { axis: YAxis; linearBelow: number },
  shown: readonly [min: number, max: number] | null,
): RobustRange | null {
  const [bend, straighten] = curveOf(y);
  const values = bent(table, shown, bend).toSorted();
  const [from, to] = BODY.map((share) => quantile(values, share)) as [number, number];
  const room = (to - from) * ROOM;
  if (!(room > 0)) return null;
  const lowest = values[0] as number;
  const highest = values.at(-1) as number;
  if (lowest >= from - room && highest <= to + room) return null;
  const low = straighten(Math.max(lowest, from - room));
  const high = straighten(Math.min(highest, to + room));
  return { low, high, outside: countOutside(table, shown, low, high, y.axis) };
}

type Curve = (value: number) => number;

function curveOf({ axis, linearBelow }: { axis: YAxis; linearBelow: number }): [Curve, Curve] {
  if (axis === "log") return [Math.log, Math.exp];
  if (axis === "symlog")
    return [(v) => Math.asinh(v / linearBelow), (v) => Math.sinh(v) * linearBelow];
  return [(v) => v, (v) => v];
}

/** All that is drawn, as heights on the axis; what has none (zero on a logarithmic one) is left out. */
function bent(table: Table, shown: readonly [number, number] | null, bend: Curve): Float64Array {
  const [first, last] = indices(table.x, shown);
  const columns = table.lines.flatMap((line) => columnsOf(line));
  const out = new Float64Array(columns.length * Math.max(0, last - first));
  let n = 0;
  for (const column of columns)
    for (let i = first; i < last; i++) {
      const one = column[i];
      const height = one === null || one === undefined ? NaN : bend(one);
      if (Number.isFinite(height)) out[n++] = height;
    }
  return out.subarray(0, n);
}

/** The line, what it was before it was smoothed, and the edges of its band. */
function columnsOf({ value, raw, low, high }: LineColumns): Column[] {
  return [value, raw, low, high].filter((column) => column !== null);
}

/** Indices [first, last) of x within the part shown. */
function indices(x: ArrayLike<number>, shown: readonly [number, number] | null): [number, number] {
  if (!shown) return [0, x.length];
  let first = 0;
  let last = x.length;
  while (first < last && (x[first] as number) < shown[0]) first++;
  while (last > first && (x[last - 1] as number) > shown[1]) last--;
  return [first, last];
}

/** Between neighbours linearly, as is usual (type 7 of Hyndman and Fan, 1996). */
function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at - Math.floor(at));
}

function countOutside(
  table: Table,
  shown: readonly [number, number] | null,
  low: number,
  high: number,
  axis: YAxis,
): number {
  const [first, last] = indices(table.x, shown);
  // Rounding on a curved axis must not put the edge itself outside.
  const ends = [low, high].filter((end) => Number.isFinite(end));
  const slack = Math.max(0, ...ends.map((end) => Math.abs(end))) * 1e-12;
  const beyond = (column: Column, i: number) => {
    const one = column[i];
    if (one === null || one === undefined || (axis === "log" && one <= 0)) return false;
    return one < low - slack || one > high + slack;
  };
  let count = 0;
  for (const line of table.lines) {
    const columns = columnsOf(line);
    for (let i = first; i < last; i++) if (columns.some((column) => beyond(column, i))) count++;
  }
  return count;
}
