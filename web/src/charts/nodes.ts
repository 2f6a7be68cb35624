/** The machines of a run: whose processes measured what. */

import type { RunRank, Series } from "@/api/messages";

import { SYSTEM_PREFIX } from "./sections";

export interface Node {
  /** What the machine is called; that of a rank nothing is known of is its number. */
  name: string;
  /** Its system series, and which ranks measured each: another takes over when one has ended. */
  series: ReadonlyMap<string, readonly number[]>;
}

/** System series by machine, in the order of their lowest ranks. */
export function nodesOf(
  series: readonly Pick<Series, "key" | "rank">[],
  ranks: readonly Pick<RunRank, "rank" | "host">[],
  unknown: (rank: number) => string,
): Node[] {
  const hosts = new Map(ranks.map(({ rank, host }) => [rank, host]));
  const nodes = new Map<string, Map<string, number[]>>();
  const system = series.filter(({ key }) => key.startsWith(SYSTEM_PREFIX));
  for (const { key, rank } of system.toSorted((a, b) => a.rank - b.rank)) {
    const name = hosts.get(rank) || unknown(rank);
    const of = nodes.get(name) ?? new Map<string, number[]>();
    nodes.set(name, of);
    of.set(key, [...(of.get(key) ?? []), rank]);
  }
  return [...nodes].map(([name, of]) => ({ name, series: of }));
}
