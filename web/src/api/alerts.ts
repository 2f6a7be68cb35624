/** Rules of a project: what the server tells of its runs by itself, and what it told. */

import { queryOptions } from "@tanstack/react-query";

import { projectPath, request } from "./client";
import type { Project } from "./messages";
import type { components } from "./schema";

type Schemas = components["schemas"];
type At = Pick<Project, "workspace" | "name">;

export type ProjectRule = Schemas["ProjectRule"];
export type NewRule = Partial<Schemas["NewRule"]> & Pick<Schemas["NewRule"], "name" | "event">;
export type RuleEdit = Partial<Schemas["RuleEdit"]>;
export type Delivery = Schemas["Delivery"];

function place({ workspace, name }: At): string {
  return `${projectPath(workspace, name)}/rules`;
}

export const alerts = {
  make: (project: At, body: NewRule) => request<ProjectRule>("POST", place(project), { body }),
  edit: (project: At, rule: number, body: RuleEdit) =>
    request<ProjectRule>("PATCH", `${place(project)}/${rule}`, { body }),
  remove: (project: At, rule: number) => request<void>("DELETE", `${place(project)}/${rule}`),
  attempt: (project: At, rule: number) => request<void>("POST", `${place(project)}/${rule}/try`),
};

export function rulesQuery(project: At) {
  return queryOptions({
    queryKey: ["rules", project.workspace, project.name],
    queryFn: async ({ signal }) =>
      (await request<Schemas["ProjectRules"]>("GET", place(project), { signal })).rules,
  });
}

/** What was told lately; asked again soon while something is on its way. */
export function deliveriesQuery(project: At) {
  return queryOptions({
    queryKey: ["deliveries", project.workspace, project.name],
    queryFn: async ({ signal }) =>
      (
        await request<Schemas["Deliveries"]>(
          "GET",
          `${projectPath(project.workspace, project.name)}/deliveries`,
          { signal },
        )
      ).deliveries,
    refetchInterval: ({ state }) =>
      state.data?.some(({ state: now }) => now === "waiting") === true ? 1500 : 10_000,
  });
}
