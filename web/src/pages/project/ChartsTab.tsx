import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import type { Definition } from "@/api/messages";
import { type Arranging, ArrangingContext, useArranging } from "@/charts/arranging";
import { BaselineChoice, useBaseline } from "@/charts/BaselineChoice";
import { ChartDialog } from "@/charts/ChartDialog";
import { ChartGrid, type GridSection } from "@/charts/ChartGrid";
import type { CustomChart } from "@/charts/custom";
import { type Defined, definedFor } from "@/charts/definitions";
import {
  type Drawing,
  type DrawnRun,
  hasOf,
  type Held,
  keySpec,
  madeSpec,
  panelSpec,
} from "@/charts/drawn";
import { gridSections } from "@/charts/gridSections";
import { entryOf, nearest } from "@/charts/looks";
import { NewChart } from "@/charts/NewChart";
import { styleOfRun } from "@/charts/palette";
import { panelRun, type ShownRuns, ShownRunsContext } from "@/charts/panels/runs";
import { type ChartItem, chartsOf } from "@/charts/sections";
import { type ChartSettings, useChartSettings } from "@/charts/settings";
import type { ChartSpec, LineGroup } from "@/charts/spec";
import { Toolbar } from "@/charts/Toolbar";
import { useFeed } from "@/charts/useFeed";
import { useZooms } from "@/charts/zooms";
import { parseSearch } from "@/lib/search";

import type { Row } from "./fields";

const ChartEditor = lazy(() => import("@/charts/ChartEditor"));

const ROUTE = "/@{$workspace}/$project";

export interface ChartsTabProps {
  workspace: string;
  project: string;
  /** The keys of the project, and which runs have which. */
  held: Held;
  definitions: readonly Definition[];
  /** The runs to draw, in the order of the list, and all that the list shows. */
  drawn: readonly Row[];
  list: readonly Row[];
  /** The group of each run, whose means are drawn in place of the runs; null: they are not grouped. */
  groups: ReadonlyMap<string, LineGroup> | null;
  /** Configs of the runs are to be shown. */
  onConfigs: () => void;
}

/** What charts need of the runs; the same object while nothing of that changes. */
function useDrawnRuns(
  drawn: readonly Row[],
  groups: ChartsTabProps["groups"],
  held: Held,
): readonly DrawnRun[] {
  const text = useMemo(
    () =>
      JSON.stringify(
        drawn.map(({ run }) => ({
          id: run.id,
          name: run.name,
          style: styleOfRun(run),
          origin: run.created_at,
          has: run.has ?? null,
          ranks: run.ranks,
          group: groups?.get(run.id),
        })),
      ),
    [drawn, groups],
  );
  return useMemo(() => {
    const runs = JSON.parse(text) as (Omit<DrawnRun, "has"> & { has: number | null })[];
    const has = hasOf(held);
    return runs.map((run) => Object.assign(run, { has: has(run.has) }));
  }, [text, held]);
}

/** The runs for charts of one value per run. */
function useShown(props: ChartsTabProps, baseline: string | undefined): ShownRuns {
  const { workspace, project, drawn, list } = props;
  const { keys } = props.held;
  const listed = useMemo(() => list.map(({ run, config }) => panelRun(run, config)), [list]);
  return useMemo(() => {
    const open = new Set(drawn.map(({ run }) => run.id));
    return {
      workspace,
      project,
      keys,
      listed,
      drawn: listed.filter(({ id }) => open.has(id)),
      baseline,
    };
  }, [workspace, project, keys, listed, drawn, baseline]);
}

/** Every key as one chart, with a line for each run that is drawn, and the charts people made. */
export default function ChartsTab(props: ChartsTabProps) {
  const { workspace, project, held, definitions, drawn, groups, onConfigs } = props;
  const { t, i18n } = useTranslation();
  const { find = "" } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const feed = useFeed(workspace, project);
  const [settings, change] = useChartSettings(workspace, project);
  const arranging = useArranging(workspace, project, settings);
  const [baseline, setBaseline] = useBaseline();
  const zooms = useZooms();
  const [opened, setOpened] = useState<ChartSpec | null>(null);
  const settled = useDeferredValue(settings);
  const sought = useDeferredValue(find);
  const { keys } = held;
  const runs = useDrawnRuns(drawn, groups, held);
  const shown = useShown(props, baseline);
  const charts = useMemo(() => chartsOf(keys.map((key) => ({ key, rank: 0 }))), [keys]);
  const drawing = useMemo(
    (): Drawing => ({
      keys,
      places: new Map(keys.map((key, i) => [key, i])),
      runs,
      language: i18n.language,
      baseline: groups === null ? baseline : undefined,
      rankWords: (rank) => t("charts.rank", { rank }),
    }),
    [keys, runs, i18n.language, groups, baseline, t],
  );
  const defined = useMemo(() => definedFor(definitions), [definitions]);
  const { layout, pins, acts } = arranging;
  const ofConfigs = arranging.editing !== null || layout.charts.some(({ kind }) => kind !== "line");
  useEffect(() => {
    if (ofConfigs) onConfigs();
  }, [ofConfigs, onConfigs]);
  const sections = useMemo(() => {
    const titles = {
      unsorted: t("charts.unsorted"),
      hidden: t("charts.hidden"),
      pinned: t("charts.pinned"),
    };
    return sectionsWith(sought, charts, drawing, {
      settings: settled,
      defined,
      titles,
      layout,
      pins,
    });
  }, [sought, charts, drawing, settled, defined, layout, pins, t]);
  const setFind = useCallback(
    (text: string) =>
      void navigate({ search: (old) => ({ ...old, find: text || undefined }), replace: true }),
    [navigate],
  );
  const symlog = useCallback(() => change({ y: "symlog" }), [change]);
  const whole = useCallback(() => change({ range: "all" }), [change]);
  const here = useMemo(() => ({ workspace, project }), [workspace, project]);
  const folded = useMemo(() => new Set(layout.sections.folded), [layout.sections.folded]);
  return (
    <ArrangingContext value={arranging}>
      <ShownRunsContext value={shown}>
        <div className="flex min-h-0 grow flex-col overflow-auto">
          <Toolbar
            query={find}
            onQuery={setFind}
            settings={settings}
            onChange={change}
            timed
            defined={definitions.some((one) => one.x_axis !== null)}
            ranked={runs.some(({ ranks }) => ranks.length > 1)}
          >
            <BaselineChoice runs={shown.drawn} value={baseline} onChange={setBaseline} />
            <NewChart />
          </Toolbar>
          {sections.length === 0 && (
            <p className="px-3.5 py-16 text-center text-ink-2">
              {emptyText(keys.length, runs.length, find, t)}
            </p>
          )}
          <ChartGrid
            feed={feed}
            place={here}
            sections={sections}
            columns={settings.columns}
            folded={folded}
            onFold={acts.fold}
            syncKey={`project ${workspace}/${project}`}
            zooms={zooms}
            onOpen={setOpened}
            onSymlog={symlog}
            onWhole={whole}
          />
          <ChartDialog
            feed={feed}
            place={here}
            spec={opened}
            sections={sections}
            onOpen={setOpened}
          />
          <Editor arranging={arranging} keys={keys} sections={sections} />
        </div>
      </ShownRunsContext>
    </ArrangingContext>
  );
}

interface EditorProps {
  arranging: Arranging;
  keys: readonly string[];
  sections: readonly GridSection[];
}

function Editor({ arranging, keys, sections }: EditorProps) {
  const { editing, closeEditor } = arranging;
  if (editing === null) return null;
  const names = sections.flatMap(({ id, fixed }) => (fixed === undefined ? [id] : []));
  return (
    <Suspense>
      <ChartEditor
        chart={editing}
        keys={keys}
        sections={names}
        onKeep={arranging.acts.keep}
        onClose={closeEditor}
      />
    </Suspense>
  );
}

function emptyText(
  keys: number,
  runs: number,
  find: string,
  t: ReturnType<typeof useTranslation>["t"],
): string {
  if (keys === 0) return t("project.noKeys");
  if (runs === 0) return t("project.noneDrawn");
  return find === "" ? t("project.noKeysHere") : t("common.none", { query: find });
}

interface Look extends Pick<Arranging, "layout" | "pins"> {
  settings: ChartSettings;
  defined: (key: string) => Defined;
  titles: { unsorted: string; hidden: string; pinned: string };
}

function sectionsWith(
  find: string,
  charts: readonly ChartItem[],
  drawing: Drawing,
  { settings, defined, titles, layout, pins }: Look,
): GridSection[] {
  const { matches } = parseSearch(find);
  const effectiveOf = (id: string, section: string) =>
    nearest(settings, entryOf(layout.sections.settings, section), entryOf(layout.settings, id));
  const has = drawing.keys.map((_, place) => drawing.runs.some((run) => run.has[place]));
  const found = charts.filter(
    ({ key }) => has[drawing.places.get(key) ?? -1] === true && matches(key),
  );
  const made = layout.charts.map((chart) => ({
    section: chart.section,
    spec: specOf(chart, drawing, effectiveOf(chart.id, chart.section), defined),
  }));
  return gridSections(
    found,
    defined,
    ({ key }, { x }, section) =>
      keySpec(key, drawing, { effective: effectiveOf(key, section), defined: x }),
    titles,
    { layout, pins, made: made.filter(({ spec }) => matches(spec.title)) },
  );
}

function specOf(
  chart: CustomChart,
  drawing: Drawing,
  effective: ReturnType<typeof nearest>,
  defined: (key: string) => Defined,
): ChartSpec {
  return chart.kind === "line"
    ? madeSpec(chart, drawing, { effective, defined: (key) => defined(key).x })
    : panelSpec(chart, drawing);
}
