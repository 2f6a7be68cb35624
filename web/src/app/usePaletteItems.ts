import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { projectsQuery, runsQuery, seriesQuery, sessionQuery } from "@/api/queries";
import { workspacesQuery } from "@/api/teams";
import { SYSTEM_PREFIX } from "@/charts/sections";

import { exactly, type Item } from "./finding";
import { ADMIN_TABS, SETTINGS_TABS } from "./router";
import { commandOf, type Shortcut, SHORTCUTS } from "./shortcuts";

/** Asked for only where there is a project (or a run) to ask about. */
const NONE = "";

/** Everything that the palette finds from here: what the page can do, runs, metrics, projects. */
export function usePaletteItems(): { items: Item[]; waiting: boolean } {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { workspace = NONE, project = NONE, run = NONE } = useParams({ strict: false });
  const projects = useQuery(projectsQuery);
  const runs = useQuery({ ...runsQuery(workspace, project), enabled: project !== NONE });
  const series = useQuery({ ...seriesQuery(workspace, project, run), enabled: run !== NONE });
  const commands = useMemo(() => commandItems((id) => t(`shortcuts.do.${id}`)), [t]);
  const here = useMemo(() => {
    const params = { workspace, project };
    const found = (runs.data?.runs ?? []).map((row): Item => ({
      id: `run ${row.id}`,
      kind: "run",
      label: row.name,
      aside: [t(`state.${row.state}`), ...row.tags].join(" · "),
      go: () =>
        void navigate({
          to: "/@{$workspace}/$project/runs/$run",
          params: { ...params, run: row.id },
        }),
    }));
    const ofRun = series.data?.series.map(({ key }) => key);
    const keys = (ofRun ?? runs.data?.keys ?? []).filter((key) => !key.startsWith(SYSTEM_PREFIX));
    const metrics = [...new Set(keys)].map((key): Item => ({
      id: `metric ${key}`,
      kind: "metric",
      label: key,
      go: () =>
        void (run === NONE
          ? navigate({
              to: "/@{$workspace}/$project",
              params,
              search: (old) => ({ ...old, tab: undefined, find: exactly(key) }),
            })
          : navigate({
              to: "/@{$workspace}/$project/runs/$run",
              params: { ...params, run },
              search: (old) => ({ ...old, tab: undefined, q: exactly(key) }),
            })),
    }));
    return [...found, ...metrics];
  }, [workspace, project, run, runs.data, series.data, navigate, t]);
  const others = useMemo(
    () =>
      (projects.data?.projects ?? []).map((one): Item => ({
        id: `project ${one.workspace}/${one.name}`,
        kind: "project",
        label: one.name,
        aside: one.workspace,
        go: () =>
          void navigate({
            to: "/@{$workspace}/$project",
            params: { workspace: one.workspace, project: one.name },
          }),
      })),
    [projects.data, navigate],
  );
  const places = usePlaces();
  return {
    items: useMemo(
      () => [...commands, ...here, ...others, ...places],
      [commands, here, others, places],
    ),
    waiting: projects.isPending || (project !== NONE && runs.isPending),
  };
}

/** One's workspaces, one's settings, those of the project, and what admins look after. */
function usePlaces(): Item[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { workspace, project } = useParams({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  const accounts = session?.mode === "server";
  const { data: workspaces } = useQuery({ ...workspacesQuery, enabled: accounts });
  const { data: projects } = useQuery(projectsQuery);
  return useMemo(() => {
    if (!accounts) return [];
    const own = (workspaces?.workspaces ?? []).map(({ name, kind }): Item => ({
      id: `workspace ${name}`,
      kind: "workspace",
      label: name,
      aside: t(`teams.kind.${kind}`),
      go: () => void navigate({ to: "/@{$workspace}", params: { workspace: name } }),
    }));
    const settings = SETTINGS_TABS.map((tab): Item => ({
      id: `settings ${tab}`,
      kind: "settings",
      label: t(`accounts.tabs.${tab}`),
      aside: t("accounts.settings"),
      go: () => void navigate({ to: "/settings", search: { tab } }),
    }));
    const here = projects?.projects.find(
      (one) => one.workspace === workspace && one.name === project,
    );
    if (here !== undefined && here.access !== "read")
      settings.push({
        id: "settings project",
        kind: "settings",
        label: t("teams.settingsOf", { name: here.name }),
        aside: t("alerts.title"),
        go: () =>
          void navigate({
            to: "/@{$workspace}/$project/settings",
            params: { workspace: here.workspace, project: here.name },
          }),
      });
    const admin = ADMIN_TABS.map((tab): Item => ({
      id: `admin ${tab}`,
      kind: "settings",
      label: t(`admin.tabs.${tab}`),
      aside: t("admin.title"),
      go: () => void navigate({ to: "/admin", search: { tab } }),
    }));
    return [...own, ...settings, ...(session.user.admin ? admin : [])];
  }, [accounts, workspaces, projects, session, workspace, project, navigate, t]);
}

/** What the page offered when the palette was opened. */
function commandItems(name: (id: Shortcut["id"]) => string): Item[] {
  const table: readonly Shortcut[] = SHORTCUTS;
  // What belongs to this page first.
  const general = (one: Shortcut) => Number(one.group === "everywhere");
  const ordered = table.toSorted((a, b) => general(a) - general(b));
  return ordered.flatMap(({ id, keys }): Item[] => {
    const go = commandOf(id);
    if (go === undefined || id === "palette") return [];
    return [{ id, kind: "command", label: name(id), keys, go }];
  });
}
