import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import type { Project, ProjectEdit, Projects } from "@/api/messages";
import { projectQuery, projectsQuery } from "@/api/queries";
import { binQuery, teams } from "@/api/teams";

import { useChange } from "./useChange";

/** A project with `part` of it changed, wherever it is listed. */
function listed(project: Project, part: Partial<Project>) {
  return (old: Projects): Projects => ({
    ...old,
    projects: old.projects.map((one) =>
      one.workspace === project.workspace && one.name === project.name ? { ...one, ...part } : one,
    ),
  });
}

/** Edits of projects: shown at once, taken back when refused, and for a while by who made them. */
export function useProjectEdits() {
  const client = useQueryClient();
  const make = useChange();
  const { t } = useTranslation();
  return useMemo(() => {
    const change = async (
      project: Project,
      part: Partial<Project>,
      send: () => Promise<Project>,
      said?: string,
      back?: () => Promise<Project>,
    ) => {
      const one = projectQuery(project.workspace, project.name).queryKey;
      const before = client.getQueryData(one);
      if (before !== undefined) client.setQueryData(one, { ...before, ...part });
      const { queryKey } = projectsQuery;
      const done = await make<Projects>({
        queryKey,
        change: listed(project, part),
        send,
        ...(said !== undefined && { said }),
        ...(back !== undefined && { back: { queryKey, send: back, also: [one] } }),
        also: [one],
      });
      if (!done && before !== undefined) client.setQueryData(one, before);
      return done;
    };
    return {
      star: (project: Project, on: boolean) =>
        void change(project, { starred: on }, () => teams.star(project, on)),
      archive: (project: Project, on: boolean) =>
        void change(
          project,
          { archived_at: on ? Date.now() : null },
          () => teams.archive(project, on),
          t(on ? "teams.saidArchived" : "teams.saidUnarchived", { name: project.name }),
          () => teams.archive(project, !on),
        ),
      edit: (project: Project, edit: Partial<ProjectEdit>) => {
        const before = Object.fromEntries(
          Object.keys(edit).map((name) => [name, project[name as keyof ProjectEdit]]),
        ) as Partial<ProjectEdit>;
        return change(
          project,
          edit as Partial<Project>,
          () => api.editProject(project.workspace, project.name, edit),
          t("edit.saved", { name: project.name }),
          () => api.editProject(project.workspace, project.name, before),
        );
      },
      remove: (project: Project) =>
        make<Projects>({
          queryKey: projectsQuery.queryKey,
          change: (old) => ({
            ...old,
            projects: old.projects.filter(
              (one) => one.workspace !== project.workspace || one.name !== project.name,
            ),
          }),
          send: () => teams.deleteProject(project),
          said: t("teams.binned", { name: project.name }),
          also: [binQuery.queryKey],
        }),
    };
  }, [client, make, t]);
}
