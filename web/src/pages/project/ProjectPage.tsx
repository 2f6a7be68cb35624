import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo } from "react";
import { useTranslation } from "@/i18n";

import { concerns } from "@/api/live";
import type { Hint, RunTable } from "@/api/messages";
import { projectQuery, runsQuery, useRefresh } from "@/api/queries";
import type { Held } from "@/charts/drawn";
import { letGo } from "@/charts/highlight";
import { Failure } from "@/components/Failure";
import { StartGuide } from "@/components/StartGuide";
import { useHiddenRuns } from "@/edit/deleting";
import { useTitle } from "@/lib/title";

import { RunsSidebar } from "./RunsSidebar";
import { shownOf } from "./shown";
import { TableSkeleton } from "./TableSkeleton";
import { TableTab } from "./TableTab";
import { useColumns } from "./useColumns";
import { useGroups } from "./useGroups";
import { useList } from "./useList";
import { useShown } from "./useShown";
import { useOpening } from "./useViews";
import { ViewTabs } from "./ViewTabs";

const ChartsTab = lazy(() => import("./ChartsTab"));
const CompareTab = lazy(() => import("./CompareTab"));
const MediaTab = lazy(() => import("./MediaTab"));

const ROUTE = "/@{$workspace}/$project";

/** Which keys there are and who has them; the same object while that does not change. */
function useHeld({ keys, sets = [] }: RunTable): Held {
  const text = useMemo(() => JSON.stringify({ keys, sets }), [keys, sets]);
  return useMemo(() => JSON.parse(text) as Held, [text]);
}

function ProjectView({ data }: { data: RunTable }) {
  const { t } = useTranslation();
  const { workspace, project } = useParams({ from: ROUTE });
  const { tab = "charts" } = useSearch({ from: ROUTE });
  const [columns, onColumns] = useColumns(`${workspace}/${project}`);
  const found = useList(workspace, project, data, columns.stats);
  const held = useHeld(data);
  const [rule, setRule] = useShown();
  const groups = useGroups(found.rows, found.list);
  const drawn = useMemo(() => {
    const shown = new Set(shownOf(found.ids, rule));
    return found.list.filter(({ run }) => shown.has(run.id));
  }, [found.ids, found.list, rule]);
  useEffect(() => letGo, []);
  return (
    <div className="flex min-h-0 grow">
      <h1 className="sr-only">{t("runs.table", { project })}</h1>
      {tab !== "table" && (
        <RunsSidebar found={found} keys={data.keys} groups={groups} rule={rule} onRule={setRule} />
      )}
      <div className="flex min-h-0 min-w-0 grow flex-col">
        <ViewTabs tab={tab} />
        {tab === "table" ? (
          <TableTab data={data} found={found} columns={columns} onColumns={onColumns} />
        ) : (
          <Suspense fallback={<div aria-busy className="grow" />}>
            {tab === "charts" ? (
              <ChartsTab
                workspace={workspace}
                project={project}
                held={held}
                definitions={data.definitions}
                drawn={drawn}
                list={found.list}
                groups={groups}
                onConfigs={found.wantConfigs}
              />
            ) : tab === "media" ? (
              <MediaTab workspace={workspace} project={project} drawn={drawn} />
            ) : (
              <CompareTab drawn={drawn} held={held} />
            )}
          </Suspense>
        )}
      </div>
    </div>
  );
}

/** The table without runs that were deleted a moment ago. */
function without(data: RunTable | undefined, hidden: ReadonlySet<string>): RunTable | undefined {
  if (data === undefined || hidden.size === 0) return data;
  return { ...data, runs: data.runs.filter(({ id }) => !hidden.has(id)) };
}

/** In place of no runs, for those who may not add any. */
function NoRuns() {
  const { t } = useTranslation();
  return <p className="py-16 text-center text-ink-2">{t("teams.noRuns")}</p>;
}

/** A project: the list of its runs beside their charts, as a table, or compared. */
export function ProjectPage() {
  const { workspace, project } = useParams({ from: ROUTE });
  useTitle(project);
  const query = runsQuery(workspace, project);
  const runs = useQuery(query);
  const { data: place } = useQuery(projectQuery(workspace, project));
  const opening = useOpening(workspace, project);
  const mine = useCallback(
    (hint: Hint) => concerns(hint, { workspace, project }),
    [workspace, project],
  );
  useRefresh(query.queryKey, mine);
  const hidden = useHiddenRuns(workspace, project);
  const data = useMemo(() => without(runs.data, hidden), [runs.data, hidden]);
  // By an address that it had before it was renamed or went elsewhere.
  if (place !== undefined && (place.workspace !== workspace || place.name !== project)) {
    const params = { workspace: place.workspace, project: place.name };
    return <Navigate to={ROUTE} params={params} search={(old) => old} replace />;
  }
  if (data === undefined || (opening && runs.error === null)) {
    if (runs.error === null) return <TableSkeleton />;
    return <Failure error={runs.error} onRetry={() => void runs.refetch()} />;
  }
  if (data.runs.length === 0 && !data.editable) return <NoRuns />;
  if (data.runs.length === 0) return <StartGuide workspace={workspace} project={project} />;
  return <ProjectView key={`${workspace}/${project}`} data={data} />;
}
