import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ChevronsUpDown, Plus, User, Users } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";

import { projectsQuery, runQuery, runsQuery, sessionQuery } from "@/api/queries";
import { workspacesQuery } from "@/api/teams";
import { StateMark } from "@/components/StateMark";
import { buttonClass } from "@/components/ui/button";
import { cn } from "@/lib/classes";

import { CrumbMenu } from "./CrumbMenu";

const NewWorkspaceDialog = lazy(async () => ({
  default: (await import("@/edit/NewWorkspaceDialog")).NewWorkspaceDialog,
}));

const ICON = { "aria-hidden": true, className: "size-3.5 shrink-0 text-ink-2" } as const;

function Slash() {
  return (
    <span aria-hidden className="text-ink-3">
      /
    </span>
  );
}

/** The workspaces one is in, once their menu is opened, and a way to make another. */
function WorkspaceMenu({ workspace }: { workspace: string | undefined }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [making, setMaking] = useState(false);
  const workspaces = useQuery({ ...workspacesQuery, enabled: open });
  const navigate = useNavigate();
  const items = (workspaces.data?.workspaces ?? []).map(({ name, kind }) => ({
    id: name,
    label: name,
    mark: kind === "personal" ? <User {...ICON} /> : <Users {...ICON} />,
    go: () => void navigate({ to: "/@{$workspace}", params: { workspace: name }, search: {} }),
  }));
  const fresh = {
    id: " new",
    label: t("teams.newWorkspace"),
    mark: <Plus {...ICON} />,
    go: () => setMaking(true),
  };
  return (
    <>
      <CrumbMenu
        label={t("teams.switchWorkspace")}
        searchLabel={t("teams.searchWorkspaces")}
        items={[...items, fresh]}
        current={workspace ?? ""}
        onOpenChange={setOpen}
        {...(workspace === undefined && {
          className: cn(buttonClass("quiet"), "px-1.5"),
          children: (
            <>
              <Users aria-hidden />
              <span className="max-sm:sr-only">{t("teams.workspaces")}</span>
              <ChevronsUpDown aria-hidden />
            </>
          ),
        })}
      />
      {making && (
        <Suspense>
          <NewWorkspaceDialog onClose={() => setMaking(false)} />
        </Suspense>
      )}
    </>
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
  const { data: session } = useQuery(sessionQuery);
  const accounts = session?.mode === "server";
  const away = project !== undefined && "max-sm:hidden";
  if (workspace === undefined && !accounts) return null;
  return (
    <nav aria-label={t("shell.path")} className="flex min-w-0 items-center gap-1.5">
      {workspace !== undefined && accounts && (
        <Link
          to="/@{$workspace}"
          params={{ workspace }}
          search={{}}
          aria-current={project === undefined ? "page" : undefined}
          className={cn(
            "truncate",
            project === undefined ? "font-semibold" : "text-ink-2 hover:text-ink",
            away,
          )}
        >
          {workspace}
        </Link>
      )}
      {workspace !== undefined && !accounts && (
        <span className={cn("truncate text-ink-2", away)}>{workspace}</span>
      )}
      {accounts && (
        <span className={cn("flex", away)}>
          <WorkspaceMenu workspace={workspace} />
        </span>
      )}
      {workspace !== undefined && project !== undefined && (
        <>
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
          {session !== undefined && <ProjectMenu workspace={workspace} project={project} />}
          {run !== undefined && <RunCrumb workspace={workspace} project={project} run={run} />}
        </>
      )}
    </nav>
  );
}
