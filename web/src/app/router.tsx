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

export interface TableSearch extends ListSearch {
  /** Columns hidden in this view; a link carries them, else this browser's choice applies. */
  hide?: string[];
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

const projectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/@{$workspace}/$project",
  validateSearch: (search): TableSearch =>
    told({ q: text(search.q), sort: text(search.sort), hide: texts(search.hide) }),
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
