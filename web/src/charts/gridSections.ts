import { ordered } from "./arrange";
import type { GridSection } from "./ChartGrid";
import type { Defined } from "./definitions";
import { EMPTY, type Layout } from "./layout";
import { entryOf } from "./looks";
import { type ChartItem, sectionNamed, sectionsOf } from "./sections";
import { type ChartSpec, idOf } from "./spec";

/** No section of keys is called so: a slash ends a section's name. */
const HIDDEN = "/hidden";
const PINNED = "/pinned";

export interface Arrangement {
  layout: Layout;
  /** Pinned charts, which a link may say otherwise than the layout. */
  pins: readonly string[];
  /** Charts that people made, each with its section. */
  made: readonly { section: string; spec: ChartSpec }[];
}

const PLAIN: Arrangement = { layout: EMPTY, pins: [], made: [] };

/**
 * Charts in sections as a page shows them: by the prefix of their keys or as the training defined;
 * those that it or a person hides stand folded at the end, so that nothing is lost. Pinned ones
 * stand at the top and nowhere else, in the order of `pins`.
 */
export function gridSections(
  charts: readonly ChartItem[],
  defined: (key: string) => Defined,
  specOf: (chart: ChartItem, defined: Defined, section: string) => ChartSpec,
  titles: { unsorted: string; hidden: string; pinned: string },
  { layout, pins, made }: Arrangement = PLAIN,
): GridSection[] {
  const specs = new Map<string, ChartSpec>();
  const away = new Set(layout.hidden);
  const items = charts.map((chart) => {
    const of = defined(chart.key);
    const section = of.section ?? sectionNamed(chart.key);
    specs.set(chart.key, specOf(chart, of, section));
    if (of.hidden === true) away.add(chart.key);
    return { ...chart, section };
  });
  for (const { section, spec } of made) {
    specs.set(idOf(spec), spec);
    items.push({ key: idOf(spec), ranks: [], section });
  }
  const specsOf = (some: readonly ChartItem[]) => some.flatMap(({ key }) => specs.get(key) ?? []);
  const top = pins.flatMap((key) => specs.get(key) ?? []);
  const rest = items.filter(({ key }) => !pins.includes(key));
  const hidden = rest.filter(({ key }) => away.has(key));
  const { order, charts: orders } = layout.sections;
  const sections: GridSection[] = ordered(
    sectionsOf(rest.filter(({ key }) => !away.has(key))).map((section): GridSection => ({
      id: section.name,
      title: section.name === "" ? titles.unsorted : section.name,
      charts: ordered(specsOf(section.charts), entryOf(orders, section.name) ?? [], idOf),
    })),
    order,
    ({ id }) => id,
  );
  if (top.length > 0)
    sections.unshift({ id: PINNED, title: titles.pinned, charts: top, fixed: "pinned" });
  if (hidden.length > 0)
    sections.push({
      id: HIDDEN,
      title: titles.hidden,
      charts: specsOf(hidden),
      shut: true,
      fixed: "hidden",
    });
  return sections;
}
