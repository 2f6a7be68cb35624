import { useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { runQuery } from "@/api/queries";
import { ChartDialog } from "@/charts/ChartDialog";
import { ChartGrid, type GridSection } from "@/charts/ChartGrid";
import { type Defined, definedFor } from "@/charts/definitions";
import { gridSections } from "@/charts/gridSections";
import { type LineStyle, lineStyle, styleOfRun } from "@/charts/palette";
import { chartsOf, type ChartItem, SYSTEM_PREFIX } from "@/charts/sections";
import { axisOf, type ChartSettings, useChartSettings } from "@/charts/settings";
import type { ChartSpec, XAxis } from "@/charts/spec";
import { Toolbar } from "@/charts/Toolbar";
import { useFeed } from "@/charts/useFeed";
import { usePins } from "@/charts/usePins";
import { useZooms } from "@/charts/zooms";
import { isOver, useQueryText, useSeries } from "@/charts/useRun";
import { Failure } from "@/components/Failure";
import { Snippet } from "@/components/Snippet";
import { parseSearch } from "@/lib/search";

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
  const [pins, onPin] = usePins(workspace, project);
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
        pins,
        t,
      }),
    [charts, sought, id, origin, number, color, i18n.language, drawn, defined, pins, t],
  );
  const symlog = useCallback(() => change({ y: "symlog" }), [change]);
  const whole = useCallback(() => change({ range: "all" }), [change]);
  const here = useMemo(() => ({ workspace, project }), [workspace, project]);

  if (series.data === undefined) {
    if (series.error === null) return <div aria-busy className="grow" />;
    return <Failure error={series.error} onRetry={() => void series.refetch()} />;
  }
  if (charts.length === 0) return <Waiting over={isOver(run.data)} />;
  return (
    <>
      <Toolbar
        query={query}
        onQuery={setQuery}
        settings={settings}
        onChange={change}
        timed
        defined={(definitions ?? []).some((one) => one.x_axis !== null)}
      />
      {sections.length === 0 && (
        <p className="px-3.5 py-8 text-center text-ink-2">{t("common.none", { query })}</p>
      )}
      <ChartGrid
        feed={feed}
        place={here}
        sections={sections}
        columns={settings.columns}
        name={`folded.${workspace}/${project}`}
        syncKey={`charts ${id}`}
        zooms={zooms}
        onOpen={setOpened}
        onSymlog={symlog}
        onWhole={whole}
        onPin={onPin}
      />
      <ChartDialog feed={feed} place={here} spec={opened} sections={sections} onOpen={setOpened} />
    </>
  );
}

interface SpecInputs {
  id: string;
  origin: number;
  style: LineStyle;
  language: string;
  settings: ChartSettings;
  defined: (key: string) => Defined;
  pins: readonly string[];
  t: ReturnType<typeof useTranslation>["t"];
}

function specSections(
  charts: readonly ChartItem[],
  query: string,
  inputs: SpecInputs,
): GridSection[] {
  const { matches } = parseSearch(query);
  return gridSections(
    charts.filter((chart) => matches(chart.key)),
    inputs.defined,
    (chart, { x }) => specOf(chart, x, inputs),
    {
      unsorted: inputs.t("charts.unsorted"),
      hidden: inputs.t("charts.hidden"),
      pinned: inputs.t("charts.pinned"),
    },
    inputs.pins,
  );
}

function specOf(
  { key, ranks }: ChartItem,
  defined: XAxis | undefined,
  inputs: SpecInputs,
): ChartSpec {
  const { id, origin, style, language, settings, t } = inputs;
  return {
    title: key,
    lines: ranks.map((rank, i) => ({
      run: id,
      key,
      rank,
      label: ranks.length === 1 ? key : t("charts.rank", { rank }),
      style: i === 0 ? style : lineStyle(style.hue + i),
      origin,
    })),
    x: axisOf(settings.x, defined),
    defined,
    y: settings.y,
    smoothing: settings.smoothing,
    smoother: settings.smoother,
    robust: settings.range === "robust",
    unit: "",
    atLeast: null,
    language,
  };
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
