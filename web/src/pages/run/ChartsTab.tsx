import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import { runQuery } from "@/api/queries";
import { type Arranging, ArrangingContext, useArranging } from "@/charts/arranging";
import { ChartDialog } from "@/charts/ChartDialog";
import { ChartGrid, type GridSection } from "@/charts/ChartGrid";
import { type Defined, definedFor } from "@/charts/definitions";
import { keysOf, type LineChartDef, titleOf } from "@/charts/custom";
import { gridSections } from "@/charts/gridSections";
import { entryOf, nearest } from "@/charts/looks";
import { NewChart } from "@/charts/NewChart";
import { lineStyle, type LineStyle, styleOfRun } from "@/charts/palette";
import { rankLines } from "@/charts/ranks";
import { chartsOf, type ChartItem, SYSTEM_PREFIX } from "@/charts/sections";
import { axisOf, type ChartSettings, useChartSettings } from "@/charts/settings";
import type { ChartSpec, LineSpec, XAxis } from "@/charts/spec";
import { Toolbar } from "@/charts/Toolbar";
import { useFeed } from "@/charts/useFeed";
import { useZooms } from "@/charts/zooms";
import { isOver, useQueryText, useSeries } from "@/charts/useRun";
import { Failure } from "@/components/Failure";
import { Snippet } from "@/components/Snippet";
import { parseSearch } from "@/lib/search";

const ChartEditor = lazy(() => import("@/charts/ChartEditor"));

export interface ChartsTabProps {
  workspace: string;
  project: string;
  run: string;
}

/** The charts of a run, in sections by the prefix of their keys. */
export default function ChartsTab(place: ChartsTabProps) {
  const { workspace, project, run: id } = place;
  const { t, i18n } = useTranslation();
  const run = useQuery(runQuery(workspace, project, id));
  const series = useSeries(place);
  const feed = useFeed(workspace, project);
  const [query, setQuery] = useQueryText();
  const [settings, change] = useChartSettings(workspace, project);
  const arranging = useArranging(workspace, project, settings);
  const { layout, pins, acts } = arranging;
  const zooms = useZooms();
  const [opened, setOpened] = useState<ChartSpec | null>(null);
  const drawn = useDeferredValue(settings);
  const sought = useDeferredValue(query);
  const origin = run.data?.created_at ?? 0;
  const { number = 1, color = null } = run.data ?? {};

  const charts = useMemo(
    () => chartsOf((series.data?.series ?? []).filter((one) => !one.key.startsWith(SYSTEM_PREFIX))),
    [series.data],
  );
  const definitions = run.data?.definitions;
  const defined = useMemo(() => definedFor(definitions ?? []), [definitions]);
  const sections = useMemo(
    () =>
      specSections(charts, sought, {
        id,
        origin,
        style: styleOfRun({ number, color }),
        language: i18n.language,
        settings: drawn,
        defined,
        layout,
        pins,
        t,
      }),
    [charts, sought, id, origin, number, color, i18n.language, drawn, defined, layout, pins, t],
  );
  const symlog = useCallback(() => change({ y: "symlog" }), [change]);
  const whole = useCallback(() => change({ range: "all" }), [change]);
  const here = useMemo(() => ({ workspace, project }), [workspace, project]);
  const folded = useMemo(() => new Set(layout.sections.folded), [layout.sections.folded]);

  if (series.data === undefined) {
    if (series.error === null) return <div aria-busy className="grow" />;
    return <Failure error={series.error} onRetry={() => void series.refetch()} />;
  }
  if (charts.length === 0) return <Waiting over={isOver(run.data)} />;
  return (
    <ArrangingContext value={arranging}>
      <Toolbar
        query={query}
        onQuery={setQuery}
        settings={settings}
        onChange={change}
        timed
        defined={(definitions ?? []).some((one) => one.x_axis !== null)}
        ranked={charts.some(({ ranks }) => ranks.length > 1)}
      >
        <NewChart />
      </Toolbar>
      {sections.length === 0 && (
        <p className="px-3.5 py-8 text-center text-ink-2">{t("common.none", { query })}</p>
      )}
      <ChartGrid
        feed={feed}
        place={here}
        sections={sections}
        columns={settings.columns}
        folded={folded}
        onFold={acts.fold}
        syncKey={`charts ${id}`}
        zooms={zooms}
        onOpen={setOpened}
        onSymlog={symlog}
        onWhole={whole}
      />
      <ChartDialog feed={feed} place={here} spec={opened} sections={sections} onOpen={setOpened} />
      <Editor arranging={arranging} charts={charts} sections={sections} />
    </ArrangingContext>
  );
}

interface EditorProps {
  arranging: Arranging;
  charts: readonly ChartItem[];
  sections: readonly GridSection[];
}

function Editor({ arranging, charts, sections }: EditorProps) {
  const { editing, closeEditor } = arranging;
  if (editing === null) return null;
  return (
    <Suspense>
      <ChartEditor
        chart={editing}
        keys={charts.map(({ key }) => key)}
        sections={sections.flatMap(({ id, fixed }) => (fixed === undefined ? [id] : []))}
        // Of a single run there is nothing to compare.
        kinds={LINE_ONLY}
        onKeep={arranging.acts.keep}
        onClose={closeEditor}
      />
    </Suspense>
  );
}

const LINE_ONLY = ["line"] as const;

interface SpecInputs {
  id: string;
  origin: number;
  style: LineStyle;
  language: string;
  settings: ChartSettings;
  defined: (key: string) => Defined;
  layout: Arranging["layout"];
  pins: readonly string[];
  t: ReturnType<typeof useTranslation>["t"];
}

function specSections(
  charts: readonly ChartItem[],
  query: string,
  inputs: SpecInputs,
): GridSection[] {
  const { matches } = parseSearch(query);
  const { layout } = inputs;
  const made = layout.charts.flatMap((chart) =>
    chart.kind === "line" ? (madeOf(chart, charts, inputs) ?? []) : [],
  );
  return gridSections(
    charts.filter((chart) => matches(chart.key)),
    inputs.defined,
    (chart, { x }, section) => specOf(chart, x, section, inputs),
    {
      unsorted: inputs.t("charts.unsorted"),
      hidden: inputs.t("charts.hidden"),
      pinned: inputs.t("charts.pinned"),
    },
    { layout, pins: inputs.pins, made: made.filter(({ spec }) => matches(spec.title)) },
  );
}

/** The chart of several metrics, of those that this run has; null when it has none. */
function madeOf(
  chart: LineChartDef,
  items: readonly ChartItem[],
  inputs: SpecInputs,
): { section: string; spec: ChartSpec } | null {
  const keys = new Set(
    keysOf(
      chart,
      items.map(({ key }) => key),
    ),
  );
  const of = items.filter(({ key }) => keys.has(key));
  const [first] = of;
  if (first === undefined) return null;
  const { x } = inputs.defined(first.key);
  const { section } = chart;
  const plain = specOf({ ...first, key: chart.id }, x, section, inputs);
  const lines: LineSpec[] = [];
  for (const item of of)
    for (const line of linesOf(item, inputs, inputs.settings.ranks)) {
      const label = item.ranks.length === 1 ? line.label : `${item.key} · ${line.label}`;
      const style = lines.length === 0 ? line.style : lineStyle(inputs.style.hue + lines.length);
      lines.push({ ...line, label, style });
    }
  return { section, spec: { ...plain, title: titleOf(chart), lines } };
}

function specOf(
  item: ChartItem,
  defined: XAxis | undefined,
  section: string,
  inputs: SpecInputs,
): ChartSpec {
  const { key } = item;
  const { language, settings, layout } = inputs;
  const { x, y, smoothing, smoother, range, ranks, title, low, high } = nearest(
    settings,
    entryOf(layout.sections.settings, section),
    entryOf(layout.settings, key),
  );
  return {
    title: title ?? key,
    id: key,
    lines: linesOf(item, inputs, ranks),
    x: axisOf(x, defined),
    defined,
    y,
    smoothing,
    smoother,
    robust: range === "robust",
    ranks,
    limits: low === undefined && high === undefined ? undefined : { low, high },
    unit: "",
    atLeast: null,
    language,
  };
}

function linesOf(
  { key, ranks }: ChartItem,
  { id, origin, style, t }: SpecInputs,
  as: ChartSettings["ranks"],
): LineSpec[] {
  const line = { run: id, key, rank: 0, label: key, style, origin };
  return rankLines(line, ranks, as, (rank) => t("charts.rank", { rank }));
}

/** In place of charts that are not there yet: the line that makes the first one. */
function Waiting({ over }: { over: boolean }) {
  const { t } = useTranslation();
  if (over) return <p className="px-4 py-16 text-center text-ink-2">{t("charts.ended")}</p>;
  return (
    <section className="mx-auto w-full max-w-xl px-4 py-10">
      <h2 className="flex items-center gap-2 text-title font-semibold">
        <span aria-hidden className="size-2 animate-pulse rounded-full bg-live" />
        {t("charts.waitingTitle")}
      </h2>
      <p className="mt-1 mb-4 text-ink-2">{t("charts.waitingText")}</p>
      <Snippet text={'swanlab.log({"loss": 0.1846})'} />
    </section>
  );
}
