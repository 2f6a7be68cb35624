/** The lines of a run that several processes write into: one for each rank, or their mean. */

import { lineStyle } from "./palette";
import type { ChartSettings } from "./settings";
import type { LineSpec } from "./spec";

/** How a rank is called. */
export type RankWords = (rank: number) => string;

/** So many ranks of a run are drawn at most; more are not told apart, and cost the server. */
export const MOST_RANKS = 64;

/** `line`, which stands for the run, as lines of its `ranks`; what is of one rank keeps its name. */
export function rankLines(
  line: LineSpec,
  ranks: readonly number[],
  as: ChartSettings["ranks"],
  words: RankWords,
): LineSpec[] {
  const [only, ...more] = ranks;
  if (only === undefined) return [line];
  if (more.length === 0) return [{ ...line, rank: only }];
  const group = line.group ?? {
    name: line.label,
    style: line.style,
    runs: ranks.length,
    ranksOf: line.run,
  };
  const lineOf = (rank: number, i: number): LineSpec => {
    if (line.group || as === "mean") return { ...line, rank, group };
    const style = i === 0 ? line.style : lineStyle(line.style.hue + i);
    return { ...line, rank, label: words(rank), style };
  };
  return ranks.slice(0, MOST_RANKS).map(lineOf);
}
