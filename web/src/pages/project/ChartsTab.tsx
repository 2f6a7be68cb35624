import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Definition } from "@/api/messages";
import { ChartDialog } from "@/charts/ChartDialog";
import { ChartGrid, type GridSection } from "@/charts/ChartGrid";
import { type Defined, definedFor } from "@/charts/definitions";
import { gridSections } from "@/charts/gridSections";
import { type LineStyle, styleOfRun } from "@/charts/palette";
import { type ChartItem, chartsOf } from "@/charts/sections";
import { axisOf, type ChartSettings, useChartSettings } from "@/charts/settings";
import type { ChartSpec, LineGroup, LineSpec } from "@/charts/spec";
import { Toolbar } from "@/charts/Toolbar";
import { useFeed } from "@/charts/useFeed";
import { usePins } from "@/charts/usePins";
import { useZooms } from "@/charts/zooms";
import { parseSearch } from "@/lib/search";

import type { Row } from "./fields";

const ROUTE = "/@{$workspace}/$project";

export interface ChartsTabProps {
  workspace: string;
  project: string;
  keys: readonly string[];
  definitions: readonly Definition[];
  /** The runs to draw, in the order of the list. */
  drawn: readonly Row[];
  /** The group of each run, whose means are drawn in place of the runs; null: they are not grouped. */
  groups: ReadonlyMap<string, LineGroup> | null;
}

/** A run as charts need it. */
interface DrawnRun {
  id: string;
  name: string;
  style: LineStyle;
  origin: number;
  /** Which of the project's keys it has, by their place. */
  has: readonly boolean[];
  group?: LineGroup | undefined;
}

/** What charts need of the runs; the same object while nothing of that changes. */
function useDrawnRuns(
  drawn: readonly Row[],
  groups: ChartsTabProps["groups"],
): readonly DrawnRun[] {
  const text = useMemo(
    () =>
      JSON.stringify(
        drawn.map(({ run }) => ({
          id: run.id,
          name: run.name,
          style: styleOfRun(run),
          origin: run.created_at,
          has: run.last.map((value) => value !== null),
          group: groups?.get(run.id),
        })),
      ),
    [drawn, groups],
  );
  return useMemo(() => JSON.parse(text) as DrawnRun[], [text]);
}

/** Every key as one chart, with a line for each run that is drawn. */
export default function ChartsTab(props: ChartsTabProps) {
  const { workspace, project, keys, definitions, drawn, groups } = props;
  const { t, i18n } = useTranslation();
  const { find = "" } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const feed = useFeed(workspace, project);
  const [settings, change] = useChartSettings(workspace, project);
  const [pins, onPin] = usePins(workspace, project);
  const zooms = useZooms();
  const [opened, setOpened] = useState<ChartSpec | null>(null);
  const settled = useDeferredValue(settings);
  const sought = useDeferredValue(find);
  const runs = useDrawnRuns(drawn, groups);
  const defined = useMemo(() => definedFor(definitions), [definitions]);
  const charts = useMemo(() => chartsOf(keys.map((key) => ({ key, rank: 0 }))), [keys]);
  const lines = useMemo(() => linesOf(keys, runs), [keys, runs]);
  const sections = useMemo(
    () =>
      sectionsWith(charts, lines, sought, {
        settings: settled,
        language: i18n.language,
        defined,
        titles: {
          unsorted: t("charts.unsorted"),
          hidden: t("charts.hidden"),
          pinned: t("charts.pinned"),
        },
        pins,
      }),
    [charts, lines, sought, settled, defined, pins, i18n.language, t],
  );
  const setFind = useCallback(
    (text: string) =>
      void navigate({ search: (old) => ({ ...old, find: text || undefined }), replace: true }),
    [navigate],
  );
  const symlog = useCallback(() => change({ y: "symlog" }), [change]);
  const whole = useCallback(() => change({ range: "all" }), [change]);
  const here = useMemo(() => ({ workspace, project }), [workspace, project]);
  return (
    <div className="flex min-h-0 grow flex-col overflow-auto">
      <Toolbar
        query={find}
        onQuery={setFind}
        settings={settings}
        onChange={change}
        timed
        defined={definitions.some((one) => one.x_axis !== null)}
      />
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
        name={`folded.${workspace}/${project}`}
        syncKey={`project ${workspace}/${project}`}
        zooms={zooms}
        onOpen={setOpened}
        onSymlog={symlog}
        onWhole={whole}
        onPin={onPin}
      />
      <ChartDialog feed={feed} place={here} spec={opened} sections={sections} onOpen={setOpened} />
    </div>
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

interface Look {
  settings: ChartSettings;
  language: string;
  defined: (key: string) => Defined;
  titles: { unsorted: string; hidden: string; pinned: string };
  pins: readonly string[];
}

/** The lines of a key's chart; null where none of the runs has it. */
type LinesOf = (key: string) => (() => readonly LineSpec[]) | null;

/** Lines are made when their chart comes into sight: 10,000 keys of 100 runs would be a million. */
function linesOf(keys: readonly string[], runs: readonly DrawnRun[]): LinesOf {
  const places = new Map(keys.map((key, i) => [key, i]));
  const made = new Map<string, readonly LineSpec[]>();
  return (key) => {
    const has = (run: DrawnRun) => run.has[places.get(key) ?? -1] === true;
    if (!runs.some(has)) return null;
    return () => {
      const lines = made.get(key) ?? runs.filter(has).map((run) => lineOf(run, key));
      made.set(key, lines);
      return lines;
    };
  };
}

function sectionsWith(
  charts: readonly ChartItem[],
  linesFor: LinesOf,
  find: string,
  { settings, language, defined, titles, pins }: Look,
): GridSection[] {
  const { matches } = parseSearch(find);
  const { y, smoothing, smoother, range } = settings;
  const found = charts.filter(({ key }) => matches(key) && linesFor(key) !== null);
  return gridSections(
    found,
    defined,
    ({ key }, { x }) => {
      const lines = linesFor(key);
      return {
        title: key,
        get lines() {
          return lines?.() ?? [];
        },
        x: axisOf(settings.x, x),
        defined: x,
        y,
        smoothing,
        smoother,
        robust: range === "robust",
        unit: "",
        atLeast: null,
        language,
      };
    },
    titles,
    pins,
  );
}

function lineOf(run: DrawnRun, key: string): LineSpec {
  const { id, name, style, origin, group } = run;
  const line = { run: id, key, rank: 0, label: name, style, origin };
  return group === undefined ? line : { ...line, group };
}
