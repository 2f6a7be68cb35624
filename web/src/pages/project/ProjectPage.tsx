import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { concerns } from "@/api/live";
import type { Hint, RunTable } from "@/api/messages";
import { runsQuery, useRefresh } from "@/api/queries";
import { letGo } from "@/charts/highlight";
import { Failure } from "@/components/Failure";
import { StartGuide } from "@/components/StartGuide";
import { useHiddenRuns } from "@/edit/deleting";
import { parseSearch } from "@/lib/search";
import { compareCells, parseSorting } from "@/lib/sort";
import { useTitle } from "@/lib/title";

import { filterRows, NEWEST, toFields, toRows } from "./fields";
import { RunsSidebar } from "./RunsSidebar";
import { shownOf } from "./shown";
import { TableSkeleton } from "./TableSkeleton";
import { TableTab } from "./TableTab";
import { useGroups } from "./useGroups";
import { useShown } from "./useShown";
import { ViewTabs } from "./ViewTabs";

const ChartsTab = lazy(() => import("./ChartsTab"));
const CompareTab = lazy(() => import("./CompareTab"));

const ROUTE = "/@{$workspace}/$project";

/** The runs as searched and sorted, and which of them are drawn. */
function useList(data: RunTable) {
  const { q = "", sort } = useSearch({ from: ROUTE });
  const [rule, setRule] = useShown();
  const rows = useMemo(() => toRows(data), [data]);
  const fields = useMemo(() => toFields(data, rows), [data, rows]);
  const list = useMemo(() => {
    const sorting = parseSorting(sort, NEWEST);
    const field = fields.find(({ id }) => id === sorting.id);
    const found = filterRows(rows, parseSearch(q).matches);
    return field === undefined
      ? found
      : found.toSorted((a, b) => compareCells(field.value(a), field.value(b), sorting.desc));
  }, [rows, fields, q, sort]);
  const ids = useMemo(() => list.map(({ run }) => run.id), [list]);
  const drawn = useMemo(() => {
    const shown = new Set(shownOf(ids, rule));
    return list.filter(({ run }) => shown.has(run.id));
  }, [ids, list, rule]);
  return { rows, fields, list, ids, drawn, rule, setRule };
}

function ProjectView({ data }: { data: RunTable }) {
  const { t } = useTranslation();
  const { workspace, project } = useParams({ from: ROUTE });
  const { view = "charts" } = useSearch({ from: ROUTE });
  const { rows, fields, list, ids, drawn, rule, setRule } = useList(data);
  const groups = useGroups(rows, list);
  useEffect(() => letGo, []);
  return (
    <div className="flex min-h-0 grow">
      <h1 className="sr-only">{t("runs.table", { project })}</h1>
      {view !== "table" && (
        <RunsSidebar
          list={list}
          ids={ids}
          total={rows.length}
          fields={fields}
          groups={groups}
          rule={rule}
          onRule={setRule}
        />
      )}
      <div className="flex min-h-0 min-w-0 grow flex-col">
        <ViewTabs view={view} />
        {view === "table" ? (
          <TableTab data={data} rows={rows} fields={fields} />
        ) : (
          <Suspense fallback={<div aria-busy className="grow" />}>
            {view === "charts" ? (
              <ChartsTab
                workspace={workspace}
                project={project}
                keys={data.keys}
                definitions={data.definitions}
                drawn={drawn}
                list={list}
                groups={groups}
              />
            ) : (
              <CompareTab drawn={drawn} keys={data.keys} />
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

/** A project: the list of its runs beside their charts, as a table, or compared. */
export function ProjectPage() {
  const { workspace, project } = useParams({ from: ROUTE });
  useTitle(project);
  const query = runsQuery(workspace, project);
  const runs = useQuery(query);
  const mine = useCallback(
    (hint: Hint) => concerns(hint, { workspace, project }),
    [workspace, project],
  );
  useRefresh(query.queryKey, mine);
  const hidden = useHiddenRuns(workspace, project);
  const data = useMemo(() => without(runs.data, hidden), [runs.data, hidden]);
  if (data === undefined) {
    if (runs.error === null) return <TableSkeleton />;
    return <Failure error={runs.error} onRetry={() => void runs.refetch()} />;
  }
  if (data.runs.length === 0) return <StartGuide workspace={workspace} project={project} />;
  return <ProjectView key={`${workspace}/${project}`} data={data} />;
}
