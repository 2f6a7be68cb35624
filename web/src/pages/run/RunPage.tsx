import { usePrefetchQuery, useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, type ReactNode } from "react";

import { concerns } from "@/api/live";
import type { Hint, Run } from "@/api/messages";
import { runQuery, seriesQuery, useRefresh } from "@/api/queries";
import type { Tab } from "@/app/router";
import { Failure } from "@/components/Failure";
import { Skeleton } from "@/components/ui/skeleton";
import { useTitle } from "@/lib/title";

import { RunHeader } from "./RunHeader";
import { RunTabs } from "./RunTabs";

// Most visits are to the charts: their code comes beside the run, not behind it.
const chartsTab = import("./ChartsTab");
chartsTab.catch(() => undefined); // It is said where the tab is shown.
const ChartsTab = lazy(() => chartsTab);
const MediaTab = lazy(() => import("./MediaTab"));
const SystemTab = lazy(() => import("./SystemTab"));
const OverviewTab = lazy(() => import("./OverviewTab"));
const LogsTab = lazy(() => import("./LogsTab"));
const FilesTab = lazy(() => import("./FilesTab"));
const EnvironmentTab = lazy(() => import("./EnvironmentTab"));

const ROUTE = "/@{$workspace}/$project/runs/$run";

/** Asked again so often while a run goes on, in milliseconds: silence is news that nobody sends. */
const SILENCE = 30_000;

function isOpen(run: Run | undefined): boolean {
  return run?.state === "running" || run?.state === "unresponsive";
}

function TabContent({ tab, run }: { tab: Tab; run: Run }): ReactNode {
  const place = { workspace: run.workspace, project: run.project, run: run.id };
  switch (tab) {
    case "charts":
      return <ChartsTab {...place} />;
    case "media":
      return <MediaTab run={run} />;
    case "system":
      return <SystemTab {...place} />;
    case "overview":
      return <OverviewTab run={run} />;
    case "logs":
      return <LogsTab {...place} state={run.state} />;
    case "files":
      return <FilesTab {...place} />;
    case "environment":
      return <EnvironmentTab run={run} />;
  }
}

function RunSkeleton() {
  return (
    <div aria-busy className="border-b border-line bg-panel">
      <div className="flex h-11 items-center gap-4 px-3.5">
        <Skeleton className="w-40" />
        <Skeleton className="w-24" />
      </div>
      <div className="flex h-10 items-center gap-6 px-3.5">
        <Skeleton className="w-14" />
        <Skeleton className="w-14" />
        <Skeleton className="w-14" />
      </div>
    </div>
  );
}

/** One run: what it is, and its views as tabs. */
export function RunPage() {
  const { workspace, project, run: id } = useParams({ from: ROUTE });
  const { tab = "charts" } = useSearch({ from: ROUTE });
  const query = runQuery(workspace, project, id);
  usePrefetchQuery(seriesQuery(workspace, project, id));
  const run = useQuery({
    ...query,
    refetchInterval: ({ state }) => (isOpen(state.data) ? SILENCE : false),
  });
  useTitle(run.data?.name ?? id);
  const changed = useCallback(
    (hint: Hint) => hint.kinds.includes("run") && concerns(hint, { workspace, project, run: id }),
    [workspace, project, id],
  );
  useRefresh(query.queryKey, changed);
  if (run.data === undefined) {
    if (run.error === null) return <RunSkeleton />;
    return <Failure error={run.error} onRetry={() => void run.refetch()} />;
  }
  return (
    <>
      <div className="shrink-0 border-b border-line bg-panel">
        <RunHeader run={run.data} fetchedAt={run.dataUpdatedAt} />
        <RunTabs tab={tab} />
      </div>
      <div className="flex min-h-0 grow flex-col overflow-auto" key={id}>
        <Suspense fallback={<div aria-busy className="grow" />}>
          <TabContent tab={tab} run={run.data} />
        </Suspense>
      </div>
    </>
  );
}
