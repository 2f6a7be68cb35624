import type { GridSection } from "./ChartGrid";
import type { Defined } from "./definitions";
import { type ChartItem, sectionsOf } from "./sections";
import type { ChartSpec } from "./spec";

/** No section of keys is called so: a slash ends a section's name. */
const HIDDEN = "/hidden";

/**
 * Charts in sections as a page shows them: by the prefix of their keys or as the training defined;
 * those it hides stand folded at the end, so that nothing is lost.
 */
export function gridSections(
  charts: readonly ChartItem[],
  defined: (key: string) => Defined,
  specOf: (chart: ChartItem, defined: Defined) => ChartSpec,
  titles: { unsorted: string; hidden: string },
): GridSection[] {
  const found = charts.map((chart) => {
    const of = defined(chart.key);
    return { of, item: { ...chart, section: of.section } };
  });
  const specs = new Map(found.map(({ of, item }) => [item.key, specOf(item, of)]));
  const specsOf = (items: readonly ChartItem[]) => items.flatMap(({ key }) => specs.get(key) ?? []);
  const shown = found.filter(({ of }) => of.hidden !== true).map(({ item }) => item);
  const hidden = found.filter(({ of }) => of.hidden === true).map(({ item }) => item);
  const sections: GridSection[] = sectionsOf(shown).map((section) => ({
    id: section.name,
    title: section.name === "" ? titles.unsorted : section.name,
    charts: specsOf(section.charts),
  }));
  if (hidden.length > 0)
    sections.push({ id: HIDDEN, title: titles.hidden, charts: specsOf(hidden), shut: true });
  return sections;
}
