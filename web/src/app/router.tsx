import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type ErrorComponentProps,
} from "@tanstack/react-router";

import { Failure } from "@/components/Failure";

import { Missing } from "./Missing";
import { Shell } from "./Shell";

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
  component: Shell,
  notFoundComponent: Missing,
  errorComponent: PageFailure,
});

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: (search): { next?: string } => told({ next: text(search.next) }),
  component: lazyRouteComponent(() => import("@/pages/LoginPage"), "LoginPage"),
});

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

export const VIEWS = ["charts", "table", "compare"] as const;
export type View = (typeof VIEWS)[number];

export interface ProjectSearch extends ListSearch {
  /** Which view of the project; charts when missing. */
  view?: View;
  /** Columns hidden in this view; a link carries them, else this browser's choice applies. */
  hide?: string[];
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
  /** By what runs are grouped: `group`, `job_type` or `config.…`. */
  group?: string;
  /** Stretches of x that charts show; `charts/zooms.ts` reads them. */
  zoom?: unknown;
  /** How charts are drawn; `charts/settings.ts` reads these. */
  smooth?: unknown;
  smoother?: unknown;
  range?: unknown;
  ranks?: unknown;
  x?: unknown;
  y?: unknown;
  cols?: unknown;
}

function projectSearch(search: Record<string, unknown>): ProjectSearch {
  const view = VIEWS.find((name) => name === search.view && name !== "charts");
  const first = Number(search.first ?? Number.NaN);
  return told({
    view,
    q: text(search.q),
    sort: text(search.sort),
    hide: texts(search.hide),
    first: Number.isInteger(first) && first >= 0 ? Math.min(first, 1000) : undefined,
    on: texts(search.on),
    off: texts(search.off),
    find: text(search.find),
    same: search.same === true ? true : undefined,
    pin: texts(search.pin),
    group: text(search.group),
    zoom: search.zoom,
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

export const TABS = ["charts", "overview", "logs", "files", "environment", "system"] as const;
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

export const router = createRouter({
  routeTree: rootRoute.addChildren([loginRoute, projectsRoute, projectRoute, runRoute]),
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
