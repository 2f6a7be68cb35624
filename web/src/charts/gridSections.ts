import type { GridSection } from "./ChartGrid";
import type { Defined } from "./definitions";
import { type ChartItem, sectionsOf } from "./sections";
import type { ChartSpec } from "./spec";

/** No section of keys is called so: a slash ends a section's name. */
const HIDDEN = "/hidden";
const PINNED = "/pinned";

/**
 * Charts in sections as a page shows them: by the prefix of their keys or as the training defined;
 * those it hides stand folded at the end, so that nothing is lost. Pinned ones stand at the top
 * and nowhere else, in the order of `pins`.
 */
export function gridSections(
  charts: readonly ChartItem[],
  defined: (key: string) => Defined,
  specOf: (chart: ChartItem, defined: Defined) => ChartSpec,
  titles: { unsorted: string; hidden: string; pinned: string },
  pins: readonly string[] = [],
): GridSection[] {
  const found = charts.map((chart) => {
    const of = defined(chart.key);
    return { of, item: { ...chart, section: of.section } };
  });
  const specs = new Map(found.map(({ of, item }) => [item.key, specOf(item, of)]));
  const specsOf = (items: readonly ChartItem[]) => items.flatMap(({ key }) => specs.get(key) ?? []);
  const top = specsOf(
    pins.flatMap((key) => found.find(({ item }) => item.key === key)?.item ?? []),
  );
  const rest = found.filter(({ item }) => !pins.includes(item.key));
  const shown = rest.filter(({ of }) => of.hidden !== true).map(({ item }) => item);
  const hidden = rest.filter(({ of }) => of.hidden === true).map(({ item }) => item);
  const sections: GridSection[] = sectionsOf(shown).map((section) => ({
    id: section.name,
    title: section.name === "" ? titles.unsorted : section.name,
    charts: specsOf(section.charts),
  }));
  if (top.length > 0)
    sections.unshift({ id: PINNED, title: titles.pinned, charts: top, pinned: true });
  if (hidden.length > 0)
    sections.push({ id: HIDDEN, title: titles.hidden, charts: specsOf(hidden), shut: true });
  return sections;
}
