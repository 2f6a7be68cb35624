import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type ErrorComponentProps,
} from "@tanstack/react-router";

import { Failure } from "@/components/Failure";

import { Missing } from "./Missing";
import { Frame } from "./Shell";

function PageFailure({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} onRetry={reset} />;
}

function text(value: unknown): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** Entries that say something: an empty search or a default never stands in the address. */
function told<T extends object>(entries: T): T {
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => value !== undefined),
  ) as T;
}

const rootRoute = createRootRoute({
  component: Frame,
  notFoundComponent: Missing,
  errorComponent: PageFailure,
});

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: (search): { next?: string; failed?: string } =>
    told({ ...nextSearch(search), failed: text(search.failed) }),
  component: lazyRouteComponent(() => import("@/pages/LoginPage"), "LoginPage"),
});

/** Where one goes once one is in: `lib/next.ts` reads it. */
function nextSearch(search: Record<string, unknown>): { next?: string } {
  return told({ next: text(search.next) });
}

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/signup",
  validateSearch: nextSearch,
  component: lazyRouteComponent(() => import("@/pages/entry/SignUpPage"), "SignUpPage"),
});

/** The link of an invite to this server; what is invited to stands behind it. */
const invitedRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/join/$token",
  validateSearch: nextSearch,
  component: lazyRouteComponent(() => import("@/pages/entry/SignUpPage"), "SignUpPage"),
});

/** The link of an invite to a workspace. */
const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/join",
  component: lazyRouteComponent(() => import("@/pages/entry/JoinPage"), "JoinPage"),
});

const shareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/share",
  component: lazyRouteComponent(() => import("@/pages/entry/SharePage"), "SharePage"),
});

const forgotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot",
  component: lazyRouteComponent(() => import("@/pages/entry/ForgotPage"), "ForgotPage"),
});

const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset/$token",
  component: lazyRouteComponent(() => import("@/pages/entry/ResetPage"), "ResetPage"),
});

const confirmRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/confirm/$token",
  component: lazyRouteComponent(() => import("@/pages/entry/ConfirmPage"), "ConfirmPage"),
});

export const SETTINGS_TABS = ["keys", "sessions", "account", "preferences"] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number];

const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings",
  validateSearch: (search): { tab?: SettingsTab } => told({ tab: tabOf(SETTINGS_TABS, search) }),
  component: lazyRouteComponent(() => import("@/pages/settings/SettingsPage"), "SettingsPage"),
});

export const ADMIN_TABS = ["users", "invites", "settings", "audit"] as const;
export type AdminTab = (typeof ADMIN_TABS)[number];

export interface AdminSearch {
  tab?: AdminTab;
  /** What is searched for among the users. */
  q?: string;
  /** Which entries of the audit log. */
  actor?: string;
  action?: string;
  target?: string;
}

const adminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/admin",
  validateSearch: (search): AdminSearch =>
    told({
      tab: tabOf(ADMIN_TABS, search),
      q: text(search.q),
      actor: text(search.actor),
      action: text(search.action),
      target: text(search.target),
    }),
  component: lazyRouteComponent(() => import("@/pages/admin/AdminPage"), "AdminPage"),
});

/** The tab in an address; none for the first. */
function tabOf<T extends string>(
  tabs: readonly T[],
  search: Record<string, unknown>,
): T | undefined {
  return tabs.find((name, index) => index > 0 && name === search.tab);
}

export interface ListSearch {
  /** What is searched for. */
  q?: string;
  /** Column sorted by, `-` before it for descending. */
  sort?: string;
}

const projectsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: (search): ListSearch => told({ q: text(search.q), sort: text(search.sort) }),
  component: lazyRouteComponent(() => import("@/pages/ProjectsPage"), "ProjectsPage"),
});

export const WORKSPACE_TABS = [
  "projects",
  "activity",
  "members",
  "bin",
  "settings",
  "audit",
] as const;
export type WorkspaceTab = (typeof WORKSPACE_TABS)[number];

export interface WorkspaceSearch {
  tab?: WorkspaceTab;
  /** What is searched for. */
  q?: string;
}

const workspaceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/@{$workspace}",
  validateSearch: (search): WorkspaceSearch =>
    told({ tab: tabOf(WORKSPACE_TABS, search), q: text(search.q) }),
  component: lazyRouteComponent(() => import("@/pages/workspace/WorkspacePage"), "WorkspacePage"),
});

export const PROJECT_TABS = ["charts", "table", "media", "compare"] as const;
export type ProjectTab = (typeof PROJECT_TABS)[number];

export interface ProjectSearch extends ListSearch {
  /** Which tab of the project; charts when missing. */
  tab?: ProjectTab;
  /** The saved view that this one began with. */
  view?: string;
  /** Which runs are listed, in the language of `docs/filter.md`. */
  filter?: string;
  /** Columns hidden in this view; a link carries them, else this browser's choice applies. */
  hide?: string[];
  /** Columns that stand first, those that stay at the left, and those added: `min.loss`. */
  order?: string[];
  pinned?: string[];
  stats?: string[];
  /** Table: only columns in which runs differ. */
  diff?: boolean;
  /** So many runs from the top of the list are drawn. */
  first?: number;
  /** Runs drawn beside those, and runs among those that are not. */
  on?: string[];
  off?: string[];
  /** What is searched for among the charts, or the rows compared. */
  find?: string;
  /** Compare: rows that are alike in all runs too. */
  same?: boolean;
  /** Charts pinned to the top; a link carries them, else this browser's choice applies. */
  pin?: string[];
  /** By what runs are grouped: `group`, `job_type`, `state` or `config.…`, one within the other. */
  group?: string | string[];
  /** The run that others are compared with. */
  base?: string;
  /** Stretches of x that charts show; `charts/zooms.ts` reads them. */
  zoom?: unknown;
  /** At which steps media are shown, and which one is open; `media/view.ts` reads it. */
  media?: unknown;
  /** How charts are drawn; `charts/settings.ts` reads these. */
  smooth?: unknown;
  smoother?: unknown;
  range?: unknown;
  ranks?: unknown;
  x?: unknown;
  y?: unknown;
  cols?: unknown;
}

/** What an address, or a saved view, says of the project's page; all else is left out. */
export function projectSearch(search: Record<string, unknown>): ProjectSearch {
  // Links made before views were saved say `view=table`.
  const older = PROJECT_TABS.some((name) => name === search.view);
  const said = search.tab ?? (older ? search.view : undefined);
  const first = Number(search.first ?? Number.NaN);
  return told({
    tab: PROJECT_TABS.find((name) => name === said && name !== "charts"),
    view: older ? undefined : text(search.view),
    filter: text(search.filter),
    q: text(search.q),
    sort: text(search.sort),
    hide: texts(search.hide),
    order: texts(search.order),
    pinned: texts(search.pinned),
    stats: texts(search.stats),
    diff: search.diff === true ? true : undefined,
    first: Number.isInteger(first) && first >= 0 ? Math.min(first, 1000) : undefined,
    on: texts(search.on),
    off: texts(search.off),
    find: text(search.find),
    same: search.same === true ? true : undefined,
    pin: texts(search.pin),
    group: texts(search.group) ?? text(search.group),
    base: text(search.base),
    zoom: search.zoom,
    media: search.media,
    smooth: search.smooth,
    smoother: search.smoother,
    range: search.range,
    ranks: search.ranks,
    x: search.x,
    y: search.y,
    cols: search.cols,
  });
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

const projectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/@{$workspace}/$project",
  validateSearch: projectSearch,
  component: lazyRouteComponent(() => import("@/pages/project/ProjectPage"), "ProjectPage"),
});

const projectSettingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/@{$workspace}/$project/settings",
  component: lazyRouteComponent(
    () => import("@/pages/project/settings/ProjectSettingsPage"),
    "ProjectSettingsPage",
  ),
});

export const TABS = [
  "charts",
  "media",
  "overview",
  "logs",
  "files",
  "environment",
  "system",
] as const;
export type Tab = (typeof TABS)[number];

export interface RunSearch {
  tab?: Tab;
  [parameter: string]: unknown;
}

/** Each tab has parameters of its own and checks them itself; here they only pass. */
function runSearch(search: Record<string, unknown>): RunSearch {
  const { tab, ...rest } = search;
  const known = TABS.find((name) => name === tab && name !== "charts");
  return known === undefined ? rest : { ...rest, tab: known };
}

const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/@{$workspace}/$project/runs/$run",
  validateSearch: runSearch,
  component: lazyRouteComponent(() => import("@/pages/run/RunPage"), "RunPage"),
});

/** `charts/embed.ts` reads these. */
export interface EmbedSearch {
  chart?: unknown;
  runs?: unknown;
  look?: unknown;
  base?: unknown;
  group?: unknown;
  theme?: unknown;
}

const embedRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/embed/@{$workspace}/$project",
  validateSearch: ({ chart, runs, look, base, group, theme }): EmbedSearch =>
    told({ chart, runs, look, base, group, theme }),
  component: lazyRouteComponent(() => import("@/pages/embed/EmbedPage"), "EmbedPage"),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    loginRoute,
    signUpRoute,
    invitedRoute,
    joinRoute,
    shareRoute,
    forgotRoute,
    resetRoute,
    confirmRoute,
    settingsRoute,
    adminRoute,
    projectsRoute,
    workspaceRoute,
    projectRoute,
    projectSettingsRoute,
    runRoute,
    embedRoute,
  ]),
  defaultPreload: "intent",
  defaultPendingMs: 200,
  defaultErrorComponent: PageFailure,
  defaultNotFoundComponent: Missing,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
