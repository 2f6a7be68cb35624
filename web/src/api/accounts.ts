/** Accounts: keys, sessions, how one comes to have an account, and what admins do about it all. */

import { queryOptions } from "@tanstack/react-query";

import { request } from "./client";
import type { Session, User } from "./messages";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Account = Schemas["Account"];
export type Accounts = Schemas["Accounts"];
export type AccountEdit = Schemas["AccountEdit"];
export type ApiKey = Schemas["ApiKey"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditPage = Schemas["AuditPage"];
export type Instance = Schemas["Instance"];
export type InstanceEdit = Schemas["InstanceEdit"];
export type InstanceSettings = Schemas["InstanceSettings"];
export type Invite = Schemas["Invite"];
export type InviteMade = Schemas["InviteMade"];
export type InviteState = Schemas["InviteState"];
export type Key = Schemas["Key"];
export type NewKey = Schemas["NewKey"];
export type OneTimeLink = Schemas["OneTimeLink"];
export type OpenSession = Schemas["OpenSession"];
export type Scope = Key["scope"];
export type Quota = Schemas["Quota"];
export type SignedUp = Schemas["SignedUp"];
export type SignUp = Schemas["SignUp"];
export type UserAdded = Schemas["UserAdded"];

/** Which entries of the audit log are wanted; what is left out does not restrict. */
export interface AuditQuery {
  actor?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
  /** Unix milliseconds. */
  since?: number | undefined;
  until?: number | undefined;
  before?: number | undefined;
}

/** What stands behind `?` of an address; what is undefined or empty is left out. */
export function asked(query: object): string {
  const told = Object.entries(query).flatMap(([name, value]: [string, unknown]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return new URLSearchParams(told).toString();
}

function userPath(username: string): string {
  return `/users/${encodeURIComponent(username)}`;
}

function quotaPath(workspace: string): string {
  return `/quotas/${encodeURIComponent(workspace)}`;
}

export const accounts = {
  signUp: (body: Partial<SignUp> & Pick<SignUp, "username" | "password">) =>
    request<SignedUp>("POST", "/signup", { body }),
  signIn: (username: string, password: string) =>
    request<Session>("POST", "/session", { body: { username, password } }),
  lookAtInvite: (token: string) => request<InviteState>("POST", "/invite", { body: { token } }),
  /** Where the browser is to go to sign in elsewhere; `link` adds that to who is signed in. */
  departure: (target: string, link = false) =>
    request<Schemas["Departure"]>("POST", "/oidc/start", { body: { target, link } }),
  reset: (token: string, password: string) =>
    request<User>("POST", "/password/reset", { body: { token, password } }),
  forgot: (who: string) => request<void>("POST", "/password/forgotten", { body: { who } }),
  confirm: (token: string) => request<User>("POST", "/email/confirm", { body: { token } }),

  makeKey: (body: NewKey) => request<ApiKey>("POST", "/keys", { body }),
  renameKey: (key: number, name: string) =>
    request<Key>("PATCH", `/keys/${key}`, { body: { name } }),
  revokeKey: (key: number) => request<void>("DELETE", `/keys/${key}`),
  endSession: (session: number) => request<void>("DELETE", `/sessions/${session}`),
  endOtherSessions: () => request<{ count: number }>("DELETE", "/sessions"),
  changePassword: (old: string, fresh: string) =>
    request<{ count: number }>("PUT", "/account/password", { body: { old, new: fresh } }),
  setEmail: (email: string | null) =>
    request<Account>("PUT", "/account/email", { body: { email } }),

  addUser: (body: { username: string; admin: boolean; email: string | null }) =>
    request<UserAdded>("POST", "/users", { body }),
  editUser: (username: string, edit: Partial<AccountEdit>) =>
    request<Account>("PATCH", userPath(username), { body: edit }),
  resetLink: (username: string) => request<OneTimeLink>("POST", `${userPath(username)}/reset`),
  editSettings: (edit: Partial<InstanceEdit>) =>
    request<InstanceSettings>("PATCH", "/instance/settings", { body: edit }),
  setQuota: (workspace: string, quota: { bytes: number | null; runs: number | null }) =>
    request<Quota>("PATCH", quotaPath(workspace), { body: quota }),
  invite: (body: { uses: number; expires_at: number | null; email: string | null }) =>
    request<InviteMade>("POST", "/invites", { body }),
  withdrawInvite: (invite: number) => request<void>("DELETE", `/invites/${invite}`),
  /** A page of the audit log of a workspace, or (null) of the whole server. */
  audit: (workspace: string | null, query: AuditQuery, signal?: AbortSignal) =>
    request<AuditPage>(
      "GET",
      `${workspace === null ? "" : `/workspaces/${encodeURIComponent(workspace)}`}/audit?${asked(query)}`,
      { signal },
    ),
};

/** How one comes to have an account here; everybody may know. */
export const instanceQuery = queryOptions({
  queryKey: ["instance"],
  queryFn: ({ signal }) => request<Instance>("GET", "/instance", { signal }),
  staleTime: 60_000,
});

export const accountQuery = queryOptions({
  queryKey: ["account"],
  queryFn: ({ signal }) => request<Account>("GET", "/account", { signal }),
});

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: async ({ signal }) => (await request<Schemas["Keys"]>("GET", "/keys", { signal })).keys,
});

export const openSessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async ({ signal }) =>
    (await request<Schemas["OpenSessions"]>("GET", "/sessions", { signal })).sessions,
});

/** A page of users: those with `search` in name or address, from the name `after` on. */
export function usersQuery(search: string, after: string) {
  return queryOptions({
    queryKey: ["users", search, after],
    queryFn: ({ signal }) =>
      request<Accounts>("GET", `/users?${asked({ search, after })}`, { signal }),
  });
}

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => request<InstanceSettings>("GET", "/instance/settings", { signal }),
});

export const invitesQuery = queryOptions({
  queryKey: ["invites"],
  queryFn: async ({ signal }) =>
    (await request<Schemas["Invites"]>("GET", "/invites", { signal })).invites,
});

/** What a workspace may hold, and holds. */
export function quotaQuery(workspace: string) {
  return queryOptions({
    queryKey: ["quota", workspace],
    queryFn: ({ signal }) => request<Quota>("GET", quotaPath(workspace), { signal }),
  });
}
