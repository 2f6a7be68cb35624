import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { projectsQuery, runQuery, runsQuery } from "@/api/queries";
import { StateMark } from "@/components/StateMark";

import { CrumbMenu } from "./CrumbMenu";

function Slash() {
  return (
    <span aria-hidden className="text-ink-3">
      /
    </span>
  );
}

/** The projects, once their menu is opened (or already known). */
function ProjectMenu({ workspace, project }: { workspace: string; project: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const projects = useQuery({ ...projectsQuery, enabled: open });
  const navigate = useNavigate();
  const items = (projects.data?.projects ?? []).map((item) => ({
    id: `${item.workspace}/${item.name}`,
    label: item.workspace === workspace ? item.name : `${item.workspace}/${item.name}`,
    go: () =>
      navigate({
        to: "/@{$workspace}/$project",
        params: { workspace: item.workspace, project: item.name },
      }),
  }));
  return (
    <CrumbMenu
      label={t("shell.switchProject")}
      searchLabel={t("shell.searchProjects")}
      items={items}
      current={`${workspace}/${project}`}
      onOpenChange={setOpen}
    />
  );
}

interface RunPlace {
  workspace: string;
  project: string;
  run: string;
}

function RunMenu({ workspace, project, run }: RunPlace) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const runs = useQuery({ ...runsQuery(workspace, project), enabled: open });
  const navigate = useNavigate();
  const items = (runs.data?.runs ?? []).map((row) => ({
    id: row.id,
    label: row.name,
    mark: <StateMark state={row.state} />,
    go: () =>
      navigate({
        to: "/@{$workspace}/$project/runs/$run",
        params: { workspace, project, run: row.id },
        // The same view of another run.
        search: (search) => search,
      }),
  }));
  return (
    <CrumbMenu
      label={t("shell.switchRun")}
      searchLabel={t("shell.searchRuns")}
      items={items}
      current={run}
      onOpenChange={setOpen}
    />
  );
}

function RunCrumb({ workspace, project, run }: RunPlace) {
  const { data } = useQuery(runQuery(workspace, project, run));
  return (
    <>
      <Slash />
      <span aria-current="page" className="truncate font-semibold" title={data?.name ?? run}>
        {data?.name ?? run}
      </span>
      <RunMenu workspace={workspace} project={project} run={run} />
    </>
  );
}

/** Where we are: workspace / project / run, with menus that search their neighbours. */
export function Crumbs() {
  const { t } = useTranslation();
  const { workspace, project, run } = useParams({ strict: false });
  if (workspace === undefined || project === undefined) return null;
  return (
    <nav aria-label={t("shell.path")} className="flex min-w-0 items-center gap-1.5">
      <Link to="/" className="truncate text-ink-2 hover:text-ink max-sm:hidden">
        {workspace}
      </Link>
      <span className="max-sm:hidden">
        <Slash />
      </span>
      <Link
        to="/@{$workspace}/$project"
        params={{ workspace, project }}
        title={project}
        aria-current={run === undefined ? "page" : undefined}
        className={
          run === undefined ? "truncate font-semibold" : "truncate text-ink-2 hover:text-ink"
        }
      >
        {project}
      </Link>
      <ProjectMenu workspace={workspace} project={project} />
      {run !== undefined && <RunCrumb workspace={workspace} project={project} run={run} />}
    </nav>
  );
}
