/** A link to one chart alone, which other pages may frame: everything it shows stands in it. */

import type { AnyRouter } from "@tanstack/react-router";

import { isObject } from "@/lib/flatten";

import { type CustomChart, parseCustom } from "./custom";
import { type ChartLook, parseChartLook } from "./looks";
import { parseNames } from "./names";
import type { ShownRuns } from "./panels/runs";
import { chosenAxis } from "./settings";
import type { ChartSpec } from "./spec";

export interface Embedded {
  /** A chart that somebody made, or the metric that it draws. */
  chart: CustomChart | { key: string };
  /** Ids of the runs; null: all of the project. */
  runs: readonly string[] | null;
  look: ChartLook;
  baseline?: string | undefined;
  /** By what runs are put together, one within the other. */
  group: readonly string[];
  theme?: "light" | "dark" | undefined;
}

/** So many runs stand in a link; a chart of more shows all of the project. */
export const MOST_LINKED = 300;

/** The runs that a link to this chart names; null: too many to be named. */
export function runsOf(spec: ChartSpec, shown: ShownRuns): string[] | null {
  const { panel, lines } = spec;
  const ids =
    panel === undefined
      ? lines.map(({ run }) => run)
      : (panel.scope === "listed" ? shown.listed : shown.drawn).map(({ id }) => id);
  const unique = [...new Set(ids)];
  return unique.length > MOST_LINKED ? null : unique;
}

/** The whole address of one chart alone. */
export function embedAddress(
  router: AnyRouter,
  { workspace, project }: { workspace: string; project: string },
  given: {
    chart: Embedded["chart"];
    runs: readonly string[] | null;
    group: readonly string[];
    spec: ChartSpec;
  },
): string {
  const { chart, runs, group, spec } = given;
  const { href } = router.buildLocation({
    to: "/embed/@{$workspace}/$project",
    params: { workspace, project },
    search: {
      chart,
      runs: runs ?? undefined,
      look: lookOf(spec),
      base: spec.baseline,
      group: group.length > 0 ? [...group] : undefined,
    },
  });
  return new URL(href, window.location.origin).href;
}

/** How a chart is drawn, whatever level said so. */
function lookOf(spec: ChartSpec): ChartLook {
  const { low, high } = spec.limits ?? {};
  return {
    title: spec.title,
    smoothing: spec.smoothing,
    smoother: spec.smoother ?? "average",
    x: chosenAxis(spec.x),
    y: spec.y,
    range: spec.robust === true ? "robust" : "all",
    ...(spec.ranks !== undefined && { ranks: spec.ranks }),
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
  };
}

/** What an address says of a chart; null when it says of none. */
export function parseEmbedded(search: Record<string, unknown>): Embedded | null {
  const { chart, runs, base, group, theme } = search;
  const [made] = parseCustom(chart);
  const key = isObject(chart) && typeof chart.key === "string" ? chart.key : "";
  if (made === undefined && key === "") return null;
  return {
    chart: made ?? { key },
    runs: Array.isArray(runs) ? parseNames(runs).slice(0, MOST_LINKED) : null,
    look: parseChartLook(search.look) ?? {},
    baseline: typeof base === "string" ? base : undefined,
    group: parseNames([group ?? []].flat()),
    theme: theme === "light" || theme === "dark" ? theme : undefined,
  };
}
