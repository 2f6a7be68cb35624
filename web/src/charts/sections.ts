/** Charts of a run in sections: the text before a key's first `/` names the section. */

import type { Series } from "@/api/messages";

export interface ChartItem {
  key: string;
  /** One line per rank. */
  ranks: number[];
  /** In which section it stands, if not in that of its prefix. */
  section?: string | undefined;
}

export interface Section {
  /** Empty for keys without a prefix. */
  name: string;
  charts: ChartItem[];
}

export const SYSTEM_PREFIX = "__swanlab__.";

const collator = new Intl.Collator("en", { numeric: true });

/** Every key once with its ranks, in natural order (`layer2` before `layer10`). */
export function chartsOf(series: readonly Pick<Series, "key" | "rank">[]): ChartItem[] {
  const found = new Map<string, number[]>();
  for (const { key, rank } of series) {
    const ranks = found.get(key);
    if (ranks) ranks.push(rank);
    else found.set(key, [rank]);
  }
  return [...found]
    .map(([key, ranks]) => ({ key, ranks: ranks.toSorted((a, b) => a - b) }))
    .toSorted((a, b) => collator.compare(a.key, b.key));
}

/** The charts in sections, those without a prefix first. */
export function sectionsOf(charts: readonly ChartItem[]): Section[] {
  const sections = new Map<string, ChartItem[]>();
  for (const chart of charts) {
    const name = chart.section ?? sectionNamed(chart.key);
    const members = sections.get(name);
    if (members) members.push(chart);
    else sections.set(name, [chart]);
  }
  return [...sections]
    .map(([name, members]) => ({ name, charts: members }))
    .toSorted((a, b) => collator.compare(a.name, b.name));
}

/** The section of a key: what stands before its first slash. */
export function sectionNamed(key: string): string {
  const slash = key.indexOf("/");
  return slash > 0 ? key.slice(0, slash) : "";
}

/** `items` in runs of `size`; a section mounts only the runs near what is seen. */
export function inBlocks<T>(items: readonly T[], size: number): T[][] {
  const blocks: T[][] = [];
  for (let i = 0; i < items.length; i += size) blocks.push(items.slice(i, i + size));
  return blocks;
}
