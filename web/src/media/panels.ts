/** What the runs logged as media, as panels in sections, and the steps of each. */

import type { MediaSeries } from "@/api/messages";
import { ordered } from "@/charts/arrange";
import type { Layout } from "@/charts/layout";
import { entryOf } from "@/charts/looks";
import { sectionNamed, sectionsOf } from "@/charts/sections";

import type { MediaSource } from "./viewer";

/** A run whose media are shown. */
export interface ShownRun {
  id: string;
  name: string;
  /** As CSS takes it. */
  color: string;
}

export interface PanelRow {
  source: MediaSource;
  count: number;
  first: number;
  last: number;
}

/** One key: a row for each process of each run that has it. */
export interface PanelSpec {
  key: string;
  kind: string;
  rows: PanelRow[];
  /** Items at the step that has most. */
  most: number;
}

export interface PanelSection {
  id: string;
  title: string;
  panels: PanelSpec[];
  fixed?: "pinned" | "hidden";
  shut?: boolean;
}

const collator = new Intl.Collator("en", { numeric: true });

/** The panels of these runs, by key in natural order; rows in the order of the runs. */
export function panelsOf(
  place: { workspace: string; project: string },
  runs: readonly ShownRun[],
  series: readonly MediaSeries[],
): PanelSpec[] {
  const known = new Map(runs.map((run, order) => [run.id, { run, order }]));
  const panels = new Map<string, PanelSpec>();
  const placed = series
    .flatMap((one) => {
      const at = known.get(one.run);
      return at === undefined ? [] : [{ ...at, one }];
    })
    .toSorted((a, b) => a.order - b.order || a.one.rank - b.one.rank);
  for (const { run, one } of placed) {
    const { key, rank, kind, count, first, last, most } = one;
    const panel = panels.get(key) ?? { key, kind, rows: [], most: 0 };
    const { id, name, color } = run;
    const source = { ...place, run: id, runName: name, color, key, rank };
    panel.rows.push({ source, count, first, last });
    panel.most = Math.max(panel.most, most);
    panels.set(key, panel);
  }
  return [...panels.values()].toSorted((a, b) => collator.compare(a.key, b.key));
}

/** Sections of media fold apart from those of charts that are called the same. */
function idOf(name: string): string {
  return `media ${name}`;
}

/** Panels in sections by the prefix of their keys; pinned ones at the top, hidden ones at the end. */
export function panelSections(
  panels: readonly PanelSpec[],
  titles: { unsorted: string; hidden: string; pinned: string },
  { layout, pins }: { layout: Layout; pins: readonly string[] },
): PanelSection[] {
  const byKey = new Map(panels.map((panel) => [panel.key, panel]));
  const of = (keys: readonly string[]) => keys.flatMap((key) => byKey.get(key) ?? []);
  const away = new Set(layout.hidden);
  const top = of(pins);
  const rest = panels.filter(({ key }) => !pins.includes(key));
  const hidden = rest.filter(({ key }) => away.has(key));
  const items = rest
    .filter(({ key }) => !away.has(key))
    .map(({ key }) => ({ key, ranks: [], section: sectionNamed(key) }));
  const sections = ordered(
    sectionsOf(items).map(({ name, charts }): PanelSection => ({
      id: idOf(name),
      title: name === "" ? titles.unsorted : name,
      panels: of(
        ordered(charts, entryOf(layout.sections.charts, idOf(name)) ?? [], ({ key }) => key).map(
          ({ key }) => key,
        ),
      ),
    })),
    layout.sections.order,
    ({ id }) => id,
  );
  if (top.length > 0)
    sections.unshift({ id: idOf("/pinned"), title: titles.pinned, panels: top, fixed: "pinned" });
  if (hidden.length > 0)
    sections.push({
      id: idOf("/hidden"),
      title: titles.hidden,
      panels: hidden,
      fixed: "hidden",
      shut: true,
    });
  return sections;
}

/** The steps of a series that needs no question: one, or each one from the first to the last. */
export function evenSteps({ count, first, last }: Omit<PanelRow, "source">): number[] | null {
  if (count === 1) return [last];
  if (last - first + 1 !== count) return null;
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Every step that one of the series has, ascending. */
export function unionOf(lists: readonly (readonly number[])[]): readonly number[] {
  const [only, ...others] = lists;
  if (only === undefined) return [];
  if (others.length === 0) return only;
  const all = new Set<number>();
  for (const list of lists) for (const step of list) all.add(step);
  return [...all].toSorted((a, b) => a - b);
}

/** Place of the last step that is not behind `at`; -1: there is none. */
export function placeOf(steps: readonly number[], at: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The step of a series that is shown at `at` (undefined: the newest); undefined: not that early. */
export function shownStep(steps: readonly number[], at: number | undefined): number | undefined {
  return at === undefined ? steps.at(-1) : steps[placeOf(steps, at)];
}
