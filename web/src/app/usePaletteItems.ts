import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { projectsQuery, runsQuery, seriesQuery } from "@/api/queries";
import { SYSTEM_PREFIX } from "@/charts/sections";

import { exactly, type Item } from "./finding";
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
  return {
    items: useMemo(() => [...commands, ...here, ...others], [commands, here, others]),
    waiting: projects.isPending || (project !== NONE && runs.isPending),
  };
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
