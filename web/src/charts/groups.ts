/**
 * Runs drawn as groups, or the ranks of a run as one: one line per group, the mean of its members,
 * in a band from the least to the most.
 */

import type { FrameChart, FrameSeries, NonFinite } from "@/api/frame";

import { valuesOf } from "./columns";
import type { ChartSpec, LineSpec } from "./spec";

/** Names a line of means: `drawn` of the group's `runs` (of a run's ranks, if so) are in it. */
export type GroupWords = (name: string, drawn: number, runs: number, ranks: boolean) => string;

/** The lines of a chart as they are drawn: those of a group become one. */
export function groupLines(lines: readonly LineSpec[], words: GroupWords): LineSpec[] {
  return membersOf(lines).map((members) => lineOf(members, lines, words));
}

/** A chart with its runs' series put together by group; one without groups is given back as it is. */
export function grouped(
  chart: { spec: ChartSpec; frame: FrameChart },
  words: GroupWords,
): { spec: ChartSpec; frame: FrameChart } {
  const { spec, frame } = chart;
  if (!spec.lines.some((line) => line.group)) return chart;
  const groups = membersOf(spec.lines);
  return {
    spec: { ...spec, lines: groups.map((members) => lineOf(members, spec.lines, words)) },
    frame: {
      ...frame,
      kind: "buckets",
      series: groups.map((members) =>
        meanOf(
          members.flatMap((i) => frame.series[i] ?? []),
          frame.x,
        ),
      ),
    },
  };
}

/**
 * Which lines belong together, by their places; groups of runs in the order of their names, all else
 * as it stands.
 */
function membersOf(lines: readonly LineSpec[]): number[][] {
  const found = new Map<string, number[]>();
  lines.forEach((line, i) => {
    const { group } = line;
    const of = group ? [group.ranksOf ?? null, group.name] : [line.run, line.rank];
    const name = JSON.stringify([line.key, ...of]);
    const members = found.get(name);
    if (members) members.push(i);
    else found.set(name, [i]);
  });
  const collator = new Intl.Collator("en", { numeric: true });
  const nameOf = (members: number[]) => {
    const group = lines[members[0] ?? 0]?.group;
    return group === undefined || group.ranksOf !== undefined ? "" : group.name;
  };
  return [...found.values()].toSorted((a, b) => collator.compare(nameOf(a), nameOf(b)));
}

function lineOf(
  members: readonly number[],
  lines: readonly LineSpec[],
  words: GroupWords,
): LineSpec {
  const of = members.flatMap((i) => lines[i] ?? []);
  const first = of[0] as LineSpec;
  if (!first.group) return first;
  const { name, style, runs, ranksOf } = first.group;
  const ofRanks = ranksOf !== undefined;
  return {
    run: ranksOf ?? `group ${name}`,
    key: first.key,
    rank: first.rank,
    label: words(name, of.length, runs, ofRanks),
    style,
    origin: 0,
    members: [...new Set(of.map(({ run }) => run))],
    ...(ofRanks && { ofRanks }),
  };
}

/**
 * At every place of x the mean over the runs there, and the least and most of any of them. A run
 * that has no point at a place between two of its own stands there on the line between these, as it
 * is drawn; outside of its stretch of x, and where it logged something not finite, it does not count.
 */
export function meanOf(series: readonly FrameSeries[], x: ArrayLike<number>): FrameSeries {
  const n = x.length;
  const mean = new Float64Array(n);
  const min = new Float64Array(n).fill(Infinity);
  const max = new Float64Array(n).fill(-Infinity);
  const runs = new Uint32Array(n);
  for (const one of series) {
    const values = bridged(valuesOf(one), one, x);
    const low = one.min ? bridged(one.min, one, x) : values;
    const high = one.max ? bridged(one.max, one, x) : values;
    for (let i = 0; i < n; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      const count = (runs[i] as number) + 1;
      runs[i] = count;
      // Summed as a running mean, which cannot overflow.
      mean[i] = (mean[i] as number) + (value - (mean[i] as number)) / count;
      min[i] = Math.min(min[i] as number, low[i] as number);
      max[i] = Math.max(max[i] as number, high[i] as number);
    }
  }
  for (let i = 0; i < n; i++) if (runs[i] === 0) mean[i] = min[i] = max[i] = NaN;
  const [first] = series;
  return {
    run: "",
    key: first?.key ?? "",
    rank: first?.rank ?? 0,
    count: series.reduce((sum, one) => sum + one.count, 0),
    last: mean,
    min,
    max,
    mean,
    time: null,
    step: null,
    leftOut: series.reduce((sum, one) => sum + one.leftOut, 0),
    nonfinite: marksOf(series),
    runs,
  };
}

/** `values` with the places between two points filled from the line between them. */
function bridged(
  values: ArrayLike<number>,
  { nonfinite }: FrameSeries,
  x: ArrayLike<number>,
): ArrayLike<number> {
  const broken = new Set(nonfinite.map(([index]) => index));
  const out = Float64Array.from(values);
  let before = -1;
  for (let i = 0; i < out.length; i++) {
    if (!Number.isFinite(out[i])) {
      if (broken.has(i)) before = -1;
      continue;
    }
    if (before >= 0 && i - before > 1) {
      const from = out[before] as number;
      const slope = ((out[i] as number) - from) / ((x[i] as number) - (x[before] as number));
      for (let k = before + 1; k < i; k++)
        out[k] = from + slope * ((x[k] as number) - (x[before] as number));
    }
    before = i;
  }
  return out;
}

function marksOf(series: readonly FrameSeries[]): NonFinite[] {
  const found = new Map<number, NonFinite>();
  for (const { nonfinite } of series)
    for (const [index, nan, up, down] of nonfinite) {
      const [, a, b, c] = found.get(index) ?? [index, 0, 0, 0];
      found.set(index, [index, a + nan, b + up, c + down]);
    }
  return [...found.values()].toSorted((a, b) => a[0] - b[0]);
}
