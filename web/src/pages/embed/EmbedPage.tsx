import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import { ApiError } from "@/api/client";
import { concerns } from "@/api/live";
import type { Configs, Hint, RunTable } from "@/api/messages";
import { configsQuery, runsQuery, useRefresh } from "@/api/queries";
import { definedFor } from "@/charts/definitions";
import { type Drawing, type DrawnRun, hasOf, keySpec, madeSpec, panelSpec } from "@/charts/drawn";
import { type Embedded, parseEmbedded } from "@/charts/embed";
import { LineChart } from "@/charts/LineChart";
import { nearest } from "@/charts/looks";
import { styleOfRun } from "@/charts/palette";
import type { RankWords } from "@/charts/ranks";
import { panelRun, type ShownRuns, ShownRunsContext } from "@/charts/panels/runs";
import { DEFAULTS } from "@/charts/settings";
import type { ChartSpec, Zoom } from "@/charts/spec";
import { useFeed } from "@/charts/useFeed";
import { Failure } from "@/components/Failure";
import { toRows } from "@/pages/project/fields";
import { groupsOf } from "@/pages/project/useGroups";

const Panel = lazy(() => import("@/charts/panels/Panel"));

const ROUTE = "/embed/@{$workspace}/$project";

/** One chart alone, for a frame in another page: what it shows stands in the address. */
export function EmbedPage() {
  const { t } = useTranslation();
  const { workspace, project } = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const embedded = useMemo(() => parseEmbedded({ ...search }), [search]);
  const query = runsQuery(workspace, project);
  const runs = useQuery(query);
  const mine = useCallback(
    (hint: Hint) => concerns(hint, { workspace, project }),
    [workspace, project],
  );
  useRefresh(query.queryKey, mine);
  useEffect(() => {
    const { theme } = embedded ?? {};
    if (theme !== undefined) document.documentElement.dataset.theme = theme;
  }, [embedded]);
  if (embedded === null) return <Message text={t("embed.noChart")} />;
  if (runs.data !== undefined) return <Chart embedded={embedded} data={runs.data} />;
  if (runs.error === null) return <div aria-busy className="h-full" />;
  if (runs.error instanceof ApiError && runs.error.status === 401) return <SignedOut />;
  return <Failure error={runs.error} onRetry={() => void runs.refetch()} />;
}

function Message({ text, children }: { text: string; children?: React.ReactNode }) {
  return (
    <main className="flex h-full flex-col items-center justify-center gap-2 px-4 text-center text-ink-2">
      <p>{text}</p>
      {children}
    </main>
  );
}

/** Frames of other sites get no cookie: the way in is a window of one's own. */
function SignedOut() {
  const { t } = useTranslation();
  return (
    <Message text={t("embed.signedOut")}>
      <a href="/login" target="_blank" rel="noopener" className="text-accent underline">
        {t("embed.signIn")}
      </a>
    </Message>
  );
}

/** The configs of the runs, if what is shown goes by any. */
function useConfigs({ chart, group }: Embedded): Configs | undefined {
  const { workspace, project } = useParams({ from: ROUTE });
  const panel = "kind" in chart && chart.kind !== "line";
  const enabled = panel || group.some((by) => by.startsWith("config."));
  return useQuery({ ...configsQuery(workspace, project), enabled }).data;
}

function useShown(embedded: Embedded, data: RunTable, configs: Configs | undefined): ShownRuns {
  const { workspace, project } = useParams({ from: ROUTE });
  return useMemo(() => {
    const named = embedded.runs === null ? null : new Set(embedded.runs);
    const chosen = data.runs.filter(({ id }) => named?.has(id) ?? true);
    const runs = toRows(chosen, configs).map(({ run, config }) => panelRun(run, config));
    const { baseline } = embedded;
    return { workspace, project, keys: data.keys, listed: runs, drawn: runs, baseline };
  }, [embedded, data, configs, workspace, project]);
}

/** More lines than this are a blot, and a question the server has to work for. */
const MOST_LINES = 300;

function specOf(
  embedded: Embedded,
  data: RunTable,
  configs: Configs | undefined,
  language: string,
  rankWords: RankWords,
): ChartSpec {
  const rows = toRows(data.runs, configs);
  const groups = groupsOf(rows, rows, embedded.group);
  const named = embedded.runs === null ? null : new Set(embedded.runs);
  const chosen = data.runs.filter(({ id }) => named?.has(id) ?? true).slice(0, MOST_LINES);
  const has = hasOf(data);
  const runs = chosen.map((run): DrawnRun => ({
    id: run.id,
    name: run.name,
    style: styleOfRun(run),
    origin: run.created_at,
    has: has(run.has ?? null),
    ranks: run.ranks,
    group: groups?.get(run.id),
  }));
  const { keys } = data;
  const drawing: Drawing = {
    keys,
    places: new Map(keys.map((key, i) => [key, i])),
    runs,
    language,
    rankWords,
    baseline: groups === null ? embedded.baseline : undefined,
  };
  const effective = nearest(DEFAULTS, undefined, embedded.look);
  const defined = definedFor(data.definitions);
  const { chart } = embedded;
  if ("key" in chart)
    return keySpec(chart.key, drawing, { effective, defined: defined(chart.key).x });
  if (chart.kind !== "line") return panelSpec(chart, drawing);
  return madeSpec(chart, drawing, { effective, defined: (key) => defined(key).x });
}

function Chart({ embedded, data }: { embedded: Embedded; data: RunTable }) {
  const { t, i18n } = useTranslation();
  const { workspace, project } = useParams({ from: ROUTE });
  const feed = useFeed(workspace, project);
  const configs = useConfigs(embedded);
  const shown = useShown(embedded, data, configs);
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const made = specOf(embedded, data, configs, i18n.language, (rank) => t("charts.rank", { rank }));
  const text = JSON.stringify(made);
  // The table of runs comes anew every few seconds; the plot hears only of what changed.
  const spec = useMemo(() => JSON.parse(text) as ChartSpec, [text]);
  return (
    <ShownRunsContext value={shown}>
      <main className="flex h-full flex-col bg-panel p-2">
        <header className="flex shrink-0 items-center gap-2 pb-1">
          <h1 className="min-w-0 grow truncate font-semibold" title={spec.title}>
            {spec.title}
          </h1>
          <a
            href={`/@${encodeURIComponent(workspace)}/${encodeURIComponent(project)}`}
            target="_blank"
            rel="noopener"
            title={t("embed.open", { project })}
            aria-label={t("embed.open", { project })}
            className="flex shrink-0 items-center gap-1 rounded text-small text-ink-2 hover:text-ink"
          >
            <span className="max-w-40 truncate">{project}</span>
            <ExternalLink aria-hidden className="size-3.5" />
          </a>
        </header>
        <div className="min-h-0 grow">
          {spec.panel === undefined ? (
            spec.lines.length === 0 ? (
              <p className="grid h-full place-items-center text-ink-2">{t("charts.noLines")}</p>
            ) : (
              <LineChart feed={feed} spec={spec} syncKey={null} zoom={zoom} onZoom={setZoom} />
            )
          ) : (
            <Suspense>
              <Panel spec={spec} panel={spec.panel} />
            </Suspense>
          )}
        </div>
      </main>
    </ShownRunsContext>
  );
}
