/** Workspaces, who is in them, and who may do what in a project. */

import { queryOptions } from "@tanstack/react-query";

import { projectPath, request } from "./client";
import type { Project } from "./messages";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Workspace = Schemas["Workspace"];
export type Workspaces = Schemas["Workspaces"];
export type Role = Schemas["Member"]["role"];
export type Member = Schemas["Member"];
export type JoinRequest = Schemas["JoinRequest"];
export type WorkspaceInvite = Schemas["WorkspaceInvite"];
export type MadeWorkspaceInvite = Schemas["MadeWorkspaceInvite"];
export type NewWorkspaceInvite = Schemas["NewWorkspaceInvite"];
export type Invitation = Schemas["Invitation"];
export type Joined = Schemas["Joined"];
export type Preferences = Schemas["Preferences"];
export type PreferencesEdit = Schemas["PreferencesEdit"];
export type Activity = Schemas["Activity"];
export type Binned = Schemas["Binned"];
export type Collaborator = Schemas["Collaborator"];
export type Share = Collaborator["share"];
export type ShareLink = Schemas["ShareLink"];
export type NewShareLink = Schemas["NewShareLink"];
export type MadeShareLink = Schemas["MadeShareLink"];
export type Shared = Schemas["Shared"];

export const ROLES: readonly Role[] = ["owner", "admin", "member", "viewer"];
export const SHARES: readonly Share[] = ["read", "write", "manage"];

/** Whether a member of this role (null: an admin of the server) manages the workspace. */
export function manages(role: Role | null): boolean {
  return role === null || role === "owner" || role === "admin";
}

/** Whether a member of this role may make projects in the workspace. */
export function writes(role: Role | null): boolean {
  return role !== null && role !== "viewer";
}

function place(workspace: string): string {
  return `/workspaces/${encodeURIComponent(workspace)}`;
}

function of(project: Pick<Project, "workspace" | "name">): string {
  return projectPath(project.workspace, project.name);
}

export const teams = {
  makeWorkspace: (name: string, description: string | null) =>
    request<Workspace>("POST", "/workspaces", { body: { name, description } }),
  describe: (workspace: string, description: string | null) =>
    request<Workspace>("PATCH", place(workspace), { body: { description } }),
  renameWorkspace: (workspace: string, name: string) =>
    request<Workspace>("POST", `${place(workspace)}/rename`, { body: { name } }),
  deleteWorkspace: (workspace: string) => request<void>("DELETE", place(workspace)),
  leave: (workspace: string) => request<void>("POST", `${place(workspace)}/leave`),

  setRole: (workspace: string, user: string, role: Role) =>
    request<Member>("PATCH", `${place(workspace)}/members/${encodeURIComponent(user)}`, {
      body: { role },
    }),
  removeMember: (workspace: string, user: string) =>
    request<void>("DELETE", `${place(workspace)}/members/${encodeURIComponent(user)}`),
  invite: (workspace: string, body: NewWorkspaceInvite) =>
    request<MadeWorkspaceInvite>("POST", `${place(workspace)}/invites`, { body }),
  uninvite: (workspace: string, invite: number) =>
    request<void>("DELETE", `${place(workspace)}/invites/${invite}`),
  approve: (workspace: string, user: string) =>
    request<Member>("POST", `${place(workspace)}/requests/${encodeURIComponent(user)}`),
  refuse: (workspace: string, user: string) =>
    request<void>("DELETE", `${place(workspace)}/requests/${encodeURIComponent(user)}`),
  lookAtInvite: (token: string) => request<Invitation>("POST", "/join/look", { body: { token } }),
  join: (token: string) => request<Joined>("POST", "/join", { body: { token } }),
  prefer: (edit: Partial<PreferencesEdit>) =>
    request<Preferences>("PATCH", "/preferences", { body: edit }),

  makeProject: (
    workspace: string,
    body: { name: string; description: string | null; visibility: Project["visibility"] | null },
  ) => request<Project>("POST", `/projects/${encodeURIComponent(workspace)}`, { body }),
  star: (project: Pick<Project, "workspace" | "name">, on: boolean) =>
    request<Project>(on ? "PUT" : "DELETE", `${of(project)}/star`),
  archive: (project: Pick<Project, "workspace" | "name">, on: boolean) =>
    request<Project>(on ? "PUT" : "DELETE", `${of(project)}/archive`),
  renameProject: (project: Pick<Project, "workspace" | "name">, name: string) =>
    request<Project>("POST", `${of(project)}/rename`, { body: { name } }),
  transfer: (project: Pick<Project, "workspace" | "name">, workspace: string) =>
    request<Project>("POST", `${of(project)}/transfer`, { body: { workspace } }),
  deleteProject: (project: Pick<Project, "workspace" | "name">) =>
    request<void>("DELETE", of(project)),
  restore: (binned: number, name: string | null) =>
    request<Project>("POST", `/bin/${binned}/restore`, { body: { name } }),
  purge: (binned: number) => request<void>("DELETE", `/bin/${binned}`),

  share: (project: Pick<Project, "workspace" | "name">, user: string, share: Share) =>
    request<Collaborator>("PUT", `${of(project)}/collaborators/${encodeURIComponent(user)}`, {
      body: { share },
    }),
  unshare: (project: Pick<Project, "workspace" | "name">, user: string) =>
    request<void>("DELETE", `${of(project)}/collaborators/${encodeURIComponent(user)}`),
  makeLink: (project: Pick<Project, "workspace" | "name">, body: NewShareLink) =>
    request<MadeShareLink>("POST", `${of(project)}/links`, { body }),
  revokeLink: (project: Pick<Project, "workspace" | "name">, link: number) =>
    request<void>("DELETE", `${of(project)}/links/${link}`),
  openLink: (token: string) => request<Shared>("POST", "/shares/open", { body: { token } }),
};

export const workspacesQuery = queryOptions({
  queryKey: ["workspaces"],
  queryFn: ({ signal }) => request<Workspaces>("GET", "/workspaces", { signal }),
});

export function workspaceQuery(workspace: string) {
  return queryOptions({
    queryKey: ["workspace", workspace],
    queryFn: ({ signal }) => request<Workspace>("GET", place(workspace), { signal }),
  });
}

export function membersQuery(workspace: string) {
  return queryOptions({
    queryKey: ["members", workspace],
    queryFn: async ({ signal }) =>
      (await request<Schemas["Members"]>("GET", `${place(workspace)}/members`, { signal })).members,
  });
}

export function workspaceInvitesQuery(workspace: string) {
  return queryOptions({
    queryKey: ["workspace-invites", workspace],
    queryFn: async ({ signal }) =>
      (await request<Schemas["WorkspaceInvites"]>("GET", `${place(workspace)}/invites`, { signal }))
        .invites,
  });
}

export function requestsQuery(workspace: string) {
  return queryOptions({
    queryKey: ["join-requests", workspace],
    queryFn: async ({ signal }) =>
      (await request<Schemas["JoinRequests"]>("GET", `${place(workspace)}/requests`, { signal }))
        .requests,
  });
}

export function activityQuery(workspace: string) {
  return queryOptions({
    queryKey: ["activity", workspace],
    queryFn: async ({ signal }) =>
      (await request<Schemas["Activities"]>("GET", `${place(workspace)}/activity`, { signal }))
        .activity,
  });
}

export const preferencesQuery = queryOptions({
  queryKey: ["preferences"],
  queryFn: ({ signal }) => request<Preferences>("GET", "/preferences", { signal }),
});

export const binQuery = queryOptions({
  queryKey: ["bin"],
  queryFn: async ({ signal }) =>
    (await request<Schemas["Bin"]>("GET", "/bin", { signal })).projects,
});

export function collaboratorsQuery(workspace: string, project: string) {
  return queryOptions({
    queryKey: ["collaborators", workspace, project],
    queryFn: async ({ signal }) =>
      (
        await request<Schemas["Collaborators"]>(
          "GET",
          `${projectPath(workspace, project)}/collaborators`,
          { signal },
        )
      ).collaborators,
  });
}

export function linksQuery(workspace: string, project: string) {
  return queryOptions({
    queryKey: ["links", workspace, project],
    queryFn: async ({ signal }) =>
      (
        await request<Schemas["ShareLinks"]>("GET", `${projectPath(workspace, project)}/links`, {
          signal,
        })
      ).links,
  });
}
