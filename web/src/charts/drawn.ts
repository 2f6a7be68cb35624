/** Specs of charts of lines over several runs: of one metric, or of several in one chart. */

import { keysOf, type LineChartDef, type PanelDef, titleOf } from "./custom";
import { nearest } from "./looks";
import { lineStyle, type LineStyle } from "./palette";
import { rankLines, type RankWords } from "./ranks";
import { axisOf, type ChartSettings } from "./settings";
import type { ChartSpec, LineGroup, LineSpec, XAxis } from "./spec";

/** A run as charts need it. */
export interface DrawnRun {
  id: string;
  name: string;
  style: LineStyle;
  origin: number;
  /** Which of the project's keys it has, by their place. */
  has: readonly boolean[];
  /** Of its processes, where there are several. */
  ranks: readonly number[];
  group?: LineGroup | undefined;
}

/** What all specs of a page have in common. */
export interface Drawing {
  keys: readonly string[];
  /** The place of each key among `keys`. */
  places: ReadonlyMap<string, number>;
  runs: readonly DrawnRun[];
  language: string;
  rankWords: RankWords;
  baseline?: string | undefined;
}

/** The keys of a project, and the sets of them that runs have, as places in `keys`. */
export interface Held {
  keys: readonly string[];
  sets: readonly (readonly number[])[];
}

/** Says of a place in `sets` which keys it means; a run of which it is not told may have all. */
export function hasOf({ keys, sets }: Held): (set: number | null) => readonly boolean[] {
  const known = new Map<number | null, readonly boolean[]>();
  return (set) => {
    let has = known.get(set);
    if (has === undefined) {
      const places = set === null ? undefined : sets[set];
      const made = Array.from({ length: keys.length }, () => places === undefined);
      for (const place of places ?? []) made[place] = true;
      known.set(set, (has = made));
    }
    return has;
  };
}

type Effective = ReturnType<typeof nearest>;

/** The chart of one metric over the runs that have it. */
export function keySpec(
  key: string,
  drawing: Drawing,
  { effective, defined }: { effective: Effective; defined: XAxis | undefined },
): ChartSpec {
  const place = drawing.places.get(key) ?? -1;
  let lines: LineSpec[] | null = null;
  return {
    ...plainSpec(drawing, effective, defined),
    title: effective.title ?? key,
    id: key,
    // Made when the chart comes into sight: 10,000 keys of 100 runs would be a million.
    get lines() {
      lines ??= drawing.runs
        .filter((run) => run.has[place])
        .flatMap((run) => linesOf(run, lineOf(run, key), drawing, effective.ranks));
      return lines;
    },
  };
}

/** The chart of several metrics; one without lines when no run has any of them. */
export function madeSpec(
  chart: LineChartDef,
  drawing: Drawing,
  { effective, defined }: { effective: Effective; defined: (key: string) => XAxis | undefined },
): ChartSpec {
  const keys = keysOf(chart, drawing.keys);
  const { runs } = drawing;
  const lines = keys.flatMap((key, i) => {
    const place = drawing.places.get(key) ?? -1;
    return runs
      .filter((run) => run.has[place])
      .flatMap((run) =>
        linesOf(
          run,
          keys.length === 1 ? lineOf(run, key) : lineOfSeveral(run, key, i, runs.length),
          drawing,
          effective.ranks,
        ),
      );
  });
  const [first] = keys;
  return {
    ...plainSpec(drawing, effective, first === undefined ? undefined : defined(first)),
    title: titleOf(chart),
    id: chart.id,
    lines,
  };
}

/** A chart of one value per run. */
export function panelSpec(panel: PanelDef, { language }: Drawing): ChartSpec {
  return {
    title: titleOf(panel),
    id: panel.id,
    panel,
    lines: [],
    x: "step",
    y: "linear",
    smoothing: 0,
    unit: "",
    atLeast: null,
    language,
  };
}

function plainSpec(
  { language, baseline }: Drawing,
  effective: Effective,
  defined: XAxis | undefined,
): Omit<ChartSpec, "title" | "lines"> {
  const { x, y, smoothing, smoother, range, ranks, low, high } = effective;
  return {
    x: axisOf(x, defined),
    defined,
    y,
    smoothing,
    smoother,
    robust: range === "robust",
    ranks,
    limits: low === undefined && high === undefined ? undefined : { low, high },
    baseline,
    unit: "",
    atLeast: null,
    language,
  };
}

/** The lines of a run's ranks, or the one line of a run by itself. */
function linesOf(
  run: DrawnRun,
  line: LineSpec,
  { runs, rankWords }: Drawing,
  as: ChartSettings["ranks"],
): LineSpec[] {
  return rankLines(line, run.ranks, as, (rank) =>
    // One run alone needs no name before each of its ranks.
    runs.length === 1 ? rankWords(rank) : `${line.label} · ${rankWords(rank)}`,
  );
}

function lineOf(run: DrawnRun, key: string): LineSpec {
  const { id, name, style, origin, group } = run;
  const line = { run: id, key, rank: 0, label: name, style, origin };
  return group === undefined ? line : { ...line, group };
}

/**
 * A run keeps its colour; its metrics are told apart by their dashes. Of a run by itself they have
 * hues of their own.
 */
function lineOfSeveral(run: DrawnRun, key: string, place: number, runs: number): LineSpec {
  const styled = (style: LineStyle): LineStyle =>
    runs === 1 ? lineStyle(style.hue + place) : { ...style, dash: dashOf(place) };
  const line = lineOf(run, key);
  const named = { ...line, label: `${run.name} · ${key}`, style: styled(run.style) };
  if (!run.group) return named;
  const { name, style, runs: count } = run.group;
  return {
    ...named,
    group: { name: `${name} · ${key}`, style: { ...style, dash: dashOf(place) }, runs: count },
  };
}

function dashOf(place: number): readonly number[] {
  return lineStyle(place * 8).dash;
}
