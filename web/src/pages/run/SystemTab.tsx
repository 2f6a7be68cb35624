import { useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import { runQuery } from "@/api/queries";
import { ChartDialog } from "@/charts/ChartDialog";
import { ChartGrid, type GridSection } from "@/charts/ChartGrid";
import { type Node, nodesOf } from "@/charts/nodes";
import { type LineStyle, lineStyle, styleOfRun } from "@/charts/palette";
import { SYSTEM_PREFIX } from "@/charts/sections";
import { type ChartSettings, useChartSettings } from "@/charts/settings";
import type { ChartSpec, LineSpec } from "@/charts/spec";
import { GROUPS, type SystemChart, systemCharts } from "@/charts/system";
import { Toolbar } from "@/charts/Toolbar";
import { useFeed } from "@/charts/useFeed";
import { useFolded } from "@/charts/useFolded";
import { isOver, useQueryText, useSeries } from "@/charts/useRun";
import { useZooms } from "@/charts/zooms";
import { Failure } from "@/components/Failure";
import { parseSearch } from "@/lib/search";

export interface SystemTabProps {
  workspace: string;
  project: string;
  run: string;
}

type Translate = ReturnType<typeof useTranslation>["t"];

/** What the training machine did meanwhile: processor, memory, GPUs, disk, network. */
export default function SystemTab(place: SystemTabProps) {
  const { workspace, project, run: id } = place;
  const { t, i18n } = useTranslation();
  const run = useQuery(runQuery(workspace, project, id));
  const series = useSeries(place);
  const feed = useFeed(workspace, project);
  const [query, setQuery] = useQueryText();
  const [settings, change] = useChartSettings(workspace, project);
  const zooms = useZooms();
  const [folded, fold] = useFolded(`folded.${workspace}/${project}/system`);
  const [opened, setOpened] = useState<ChartSpec | null>(null);
  const drawn = useDeferredValue(settings);
  const here = useMemo(() => ({ workspace, project }), [workspace, project]);
  const symlog = useCallback(() => change({ y: "symlog" }), [change]);
  const whole = useCallback(() => change({ range: "all" }), [change]);

  const { number = 1, color = null, ranks } = run.data ?? {};
  const nodes = useMemo(
    () => nodesOf(series.data?.series ?? [], ranks ?? [], (rank) => t("run.rank", { rank })),
    [series.data, ranks, t],
  );
  const sections = useMemo(() => {
    const inputs = {
      id,
      style: styleOfRun({ number, color }),
      language: i18n.language,
      settings: drawn,
      t,
    };
    const several = nodes.length > 1;
    return nodes.flatMap((node) => specSections({ ...node, several }, query, inputs));
  }, [nodes, query, id, number, color, i18n.language, drawn, t]);

  if (series.data === undefined) {
    if (series.error === null) return <div aria-busy className="grow" />;
    return <Failure error={series.error} onRetry={() => void series.refetch()} />;
  }
  if (nodes.length === 0) return <Waiting over={isOver(run.data)} />;
  return (
    <>
      <Toolbar
        query={query}
        onQuery={setQuery}
        settings={settings}
        onChange={change}
        timed={false}
      />
      {sections.length === 0 && (
        <p className="px-3.5 py-8 text-center text-ink-2">{t("common.none", { query })}</p>
      )}
      <ChartGrid
        feed={feed}
        place={here}
        sections={sections}
        columns={settings.columns}
        folded={folded}
        onFold={fold}
        syncKey={`system ${id}`}
        zooms={zooms}
        onOpen={setOpened}
        onSymlog={symlog}
        onWhole={whole}
      />
      <ChartDialog feed={feed} place={here} spec={opened} sections={sections} onOpen={setOpened} />
    </>
  );
}

interface SpecInputs {
  id: string;
  style: LineStyle;
  language: string;
  settings: ChartSettings;
  t: Translate;
}

/** A machine; where there are several, its name stands before what was measured on it. */
interface ShownNode extends Node {
  several: boolean;
}

function specSections(node: ShownNode, query: string, inputs: SpecInputs): GridSection[] {
  const { matches } = parseSearch(query);
  const before = node.several ? `${node.name} · ` : "";
  const specs = systemCharts([...node.series.keys()]).map((chart) => ({
    chart,
    spec: specOf(chart, node, inputs),
  }));
  const shown = specs.filter(({ chart, spec }) => matches(spec.title) || matches(chart.key));
  return GROUPS.map((group) => ({
    id: node.several ? `${node.name}/${group}` : group,
    title: before + inputs.t(`system.${group}`),
    charts: shown.filter(({ chart }) => chart.group === group).map(({ spec }) => spec),
  })).filter((section) => section.charts.length > 0);
}

function specOf(chart: SystemChart, node: ShownNode, inputs: SpecInputs): ChartSpec {
  const { settings, language, t } = inputs;
  const name = chart.name
    ? t(`system.${chart.name}`, { device: chart.device })
    : unknownName(chart);
  const title = chart.unit ? `${name} (${chart.unit})` : name;
  return {
    title: node.several ? `${node.name} · ${title}` : title,
    lines: linesOf(chart, node, name, inputs),
    x: "elapsed",
    y: settings.y,
    smoothing: settings.smoothing,
    smoother: settings.smoother,
    robust: settings.range === "robust",
    unit: chart.unit,
    atLeast: chart.share ? [0, 100] : null,
    language,
  };
}

/** A line for every device, and for every rank that measured it. */
function linesOf(
  chart: SystemChart,
  node: ShownNode,
  name: string,
  { id, style, t }: SpecInputs,
): LineSpec[] {
  const lines = chart.lines.flatMap(({ key, index }) => {
    const ranks = node.series.get(key) ?? [];
    const device =
      index === null || chart.device === ""
        ? name
        : t("system.deviceIndex", { device: chart.device, index });
    return ranks.map((rank) => ({
      key,
      rank,
      label: ranks.length === 1 ? device : `${device} · ${t("run.rank", { rank })}`,
    }));
  });
  return lines.map(({ key, rank, label }, i) => ({
    run: id,
    key,
    rank,
    label,
    style: lines.length > 1 ? lineStyle(i) : style,
    origin: 0,
  }));
}

/** A measure without a name of ours goes by its key, `#` standing for several devices. */
function unknownName(chart: SystemChart): string {
  const [only] = chart.lines;
  return only && chart.lines.length === 1 ? only.key.slice(SYSTEM_PREFIX.length) : chart.key;
}

function Waiting({ over }: { over: boolean }) {
  const { t } = useTranslation();
  if (over) return <p className="px-4 py-16 text-center text-ink-2">{t("system.ended")}</p>;
  return (
    <section className="mx-auto w-full max-w-xl px-4 py-10">
      <h2 className="flex items-center gap-2 text-title font-semibold">
        <span aria-hidden className="size-2 animate-pulse rounded-full bg-live" />
        {t("system.waitingTitle")}
      </h2>
      <p className="mt-1 text-ink-2">{t("system.waitingText")}</p>
    </section>
  );
}
