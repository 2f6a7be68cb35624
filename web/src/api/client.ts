import type {
  CellsAnswer,
  Configs,
  SummaryColumn,
  Console,
  ConsoleHits,
  Cloned,
  EndedState,
  ErrorBody,
  Health,
  MediaAnswer,
  MediaKeys,
  MediaSteps,
  MediaWanted,
  Project,
  ProjectEdit,
  Projects,
  Run,
  RunEdit,
  RunFiles,
  RunsDone,
  RunsPage,
  RunsQuery,
  RunsPlaced,
  RunTable,
  SeriesList,
  Session,
  SomeRuns,
  View,
  Views,
  ViewSpec,
} from "./messages";
import { shareToken, withShare } from "./share";

const ROOT = "/api/v1";

/** An answer of status 400 and above, or none at all (`status` 0: the server was not reached). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: Record<string, unknown>;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.detail = body.detail;
  }
}

function isErrorBody(value: unknown): value is { error: ErrorBody } {
  if (typeof value !== "object" || value === null || !("error" in value)) return false;
  const error = value.error;
  return (
    typeof error === "object" &&
    error !== null &&
    "message" in error &&
    typeof error.message === "string"
  );
}

async function failure(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  if (isErrorBody(body)) return new ApiError(response.status, body.error);
  const message = `${response.status} ${response.statusText}`.trim();
  return new ApiError(response.status, { code: "http", message, detail: {} });
}

interface RequestOptions {
  body?: unknown;
  signal?: AbortSignal | undefined;
  accept?: string;
  /** Goes on though the page is left. */
  keepalive?: boolean;
  /** Only a part of the body, as the header `Range` says it. */
  range?: string;
}

/**
 * Ask the server. Resolves with the answer, rejects with ApiError when it has status 400 or above
 * or never came, or with AbortError when `signal` fired.
 */
async function send(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  { body, signal, accept = "application/json", range, keepalive = false }: RequestOptions,
): Promise<Response> {
  let response: Response;
  const share = shareToken();
  try {
    response = await fetch(ROOT + path, {
      method,
      credentials: "same-origin",
      keepalive,
      signal: signal ?? null,
      headers: {
        Accept: accept,
        ...(share === null ? {} : { "Swanlab-Share": share }),
        ...(range === undefined ? {} : { Range: range }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      // oxlint-disable-next-line unicorn/no-invalid-fetch-options -- null where there is none
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, { code: "unreachable", message: String(error), detail: {} });
  }
  if (!response.ok) throw await failure(response);
  return response;
}

/** Ask the server for a JSON body (undefined for 204). */
export async function request<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  options: Omit<RequestOptions, "accept"> = {},
): Promise<T> {
  const response = await send(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Ask the server for bytes, like the packed frame of charts. */
export async function requestBytes(
  method: "GET" | "POST",
  path: string,
  options: Omit<RequestOptions, "accept"> = {},
): Promise<ArrayBuffer> {
  const response = await send(method, path, { ...options, accept: "application/octet-stream" });
  return response.arrayBuffer();
}

/** Path of a project below the API's root. */
export function projectPath(workspace: string, project: string): string {
  return `/projects/${encodeURIComponent(workspace)}/${encodeURIComponent(project)}`;
}

/** Path of a run below the API's root. */
export function runPath(workspace: string, project: string, run: string): string {
  return `${projectPath(workspace, project)}/runs/${encodeURIComponent(run)}`;
}

/** Address of what one process printed, as a text file. */
export function consoleFileUrl(
  workspace: string,
  project: string,
  run: string,
  rank: number | null,
): string {
  const at = `${ROOT}${runPath(workspace, project, run)}/console.txt`;
  return withShare(rank === null ? at : `${at}?rank=${rank}`);
}

/** Address of what is in a file of a run; a browser that opens it saves the file. */
export function fileUrl(workspace: string, project: string, run: string, path: string): string {
  return withShare(`${ROOT}${fileContent(runPath(workspace, project, run), path)}`);
}

function fileContent(at: string, path: string): string {
  return `${at}/files/content?${new URLSearchParams({ path }).toString()}`;
}

/** Address of a blob of the run's media; `width`: a picture of at most so many pixels to a side. */
export function mediaUrl(
  workspace: string,
  project: string,
  run: string,
  digest: string,
  width?: number,
): string {
  const at = `${ROOT}${mediaPath(runPath(workspace, project, run), digest)}`;
  return withShare(width === undefined ? at : `${at}?width=${width}`);
}

function mediaPath(at: string, digest: string): string {
  return `${at}/media/${encodeURIComponent(digest)}`;
}

export interface ConsoleQuery {
  rank?: number | undefined;
  first?: number | undefined;
  limit: number;
  level?: number | undefined;
}

export interface FindQuery extends Omit<ConsoleQuery, "limit"> {
  text: string;
}

function params(query: Readonly<Record<string, string | number | undefined>>): string {
  const told = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return new URLSearchParams(told).toString();
}

type Signal = AbortSignal | undefined;

export const api = {
  health: (signal?: Signal) => request<Health>("GET", "/health", { signal }),
  session: (signal?: Signal) => request<Session>("GET", "/session", { signal }),
  signIn: (username: string, password: string) =>
    request<Session>("POST", "/session", { body: { username, password } }),
  signOut: () => request<void>("DELETE", "/session"),
  projects: (signal?: Signal) => request<Projects>("GET", "/projects", { signal }),
  project: (workspace: string, project: string, signal?: Signal) =>
    request<Project>("GET", projectPath(workspace, project), { signal }),
  editProject: (workspace: string, project: string, edit: Partial<ProjectEdit>) =>
    request<Project>("PATCH", projectPath(workspace, project), { body: edit }),
  runs: (workspace: string, project: string, signal?: Signal) =>
    request<RunTable>("GET", `${projectPath(workspace, project)}/runs?light=true`, { signal }),
  configs: async (workspace: string, project: string, signal?: Signal): Promise<Configs> =>
    (
      await request<{ configs: Configs }>("GET", `${projectPath(workspace, project)}/configs`, {
        signal,
      })
    ).configs,
  cells: (
    workspace: string,
    project: string,
    runs: string[],
    columns: SummaryColumn[],
    signal?: Signal,
  ) =>
    request<CellsAnswer>("POST", `${projectPath(workspace, project)}/runs/cells`, {
      body: { runs, columns },
      signal,
    }),
  order: (workspace: string, project: string, query: RunsQuery, signal?: Signal) =>
    request<RunsPage>("POST", `${projectPath(workspace, project)}/runs/table`, {
      body: { ...query, whole: true },
      signal,
    }),
  views: (workspace: string, project: string, signal?: Signal) =>
    request<Views>("GET", `${projectPath(workspace, project)}/views`, { signal }),
  addView: (workspace: string, project: string, name: string, spec: ViewSpec) =>
    request<View>("POST", `${projectPath(workspace, project)}/views`, { body: { name, spec } }),
  editView: (
    workspace: string,
    project: string,
    view: number,
    edit: { name?: string; spec?: ViewSpec; default?: boolean },
  ) => request<View>("PATCH", `${projectPath(workspace, project)}/views/${view}`, { body: edit }),
  deleteView: (workspace: string, project: string, view: number) =>
    request<void>("DELETE", `${projectPath(workspace, project)}/views/${view}`),
  run: (workspace: string, project: string, run: string, signal?: Signal) =>
    request<Run>("GET", runPath(workspace, project, run), { signal }),
  editRun: (workspace: string, project: string, run: string, edit: RunEdit) =>
    request<Run>("PATCH", runPath(workspace, project, run), { body: edit }),
  setState: (workspace: string, project: string, run: string, state: EndedState) =>
    request<Run>("PUT", `${runPath(workspace, project, run)}/state`, { body: { state } }),
  stopRun: (workspace: string, project: string, run: string) =>
    request<Run>("POST", `${runPath(workspace, project, run)}/stop`),
  editRuns: (
    workspace: string,
    project: string,
    edits: (Pick<SomeRuns, "runs"> & Partial<SomeRuns>)[],
  ) =>
    request<RunsDone>("POST", `${projectPath(workspace, project)}/runs/edit`, { body: { edits } }),
  deleteRuns: (workspace: string, project: string, runs: string[], keepalive = false) =>
    request<RunsDone>("POST", `${projectPath(workspace, project)}/runs/delete`, {
      body: { runs },
      keepalive,
    }),
  placeRuns: (
    action: "copy" | "move",
    workspace: string,
    project: string,
    runs: string[],
    to: { workspace: string; project: string },
  ) =>
    request<RunsPlaced>("POST", `${projectPath(workspace, project)}/runs/${action}`, {
      body: { runs, workspace: to.workspace, project: to.project },
    }),
  cloneProject: (workspace: string, project: string, to: { workspace: string; name: string }) =>
    request<Cloned>("POST", `${projectPath(workspace, project)}/clone`, { body: to }),
  series: (workspace: string, project: string, run: string, signal?: Signal) =>
    request<SeriesList>("GET", `${runPath(workspace, project, run)}/series`, { signal }),
  files: (workspace: string, project: string, run: string, after: string, signal?: Signal) =>
    request<RunFiles>(
      "GET",
      `${runPath(workspace, project, run)}/files?${new URLSearchParams({ after, limit: "10000" }).toString()}`,
      { signal },
    ),
  fileBytes: (
    workspace: string,
    project: string,
    run: string,
    path: string,
    most: number,
    signal?: Signal,
  ) =>
    requestBytes("GET", fileContent(runPath(workspace, project, run), path), {
      signal,
      range: `bytes=0-${most - 1}`,
    }),
  console: (workspace: string, project: string, run: string, query: ConsoleQuery) =>
    request<Console>("GET", `${runPath(workspace, project, run)}/console?${params({ ...query })}`),
  findInConsole: (workspace: string, project: string, run: string, query: FindQuery) =>
    request<ConsoleHits>(
      "GET",
      `${runPath(workspace, project, run)}/console/find?${params({ ...query })}`,
    ),

  mediaKeys: (workspace: string, project: string, runs: readonly string[], signal?: Signal) =>
    request<MediaKeys>("POST", `${projectPath(workspace, project)}/media/keys`, {
      body: { runs },
      signal,
    }),

  mediaSteps: (
    workspace: string,
    project: string,
    run: string,
    series: { key: string; rank: number },
    signal?: Signal,
  ) =>
    request<MediaSteps>(
      "GET",
      `${runPath(workspace, project, run)}/media/steps?${params({ ...series })}`,
      { signal },
    ),

  mediaEntries: (
    workspace: string,
    project: string,
    wanted: readonly MediaWanted[],
    signal?: Signal,
  ) =>
    request<MediaAnswer>("POST", `${projectPath(workspace, project)}/media/entries`, {
      body: { wanted },
      signal,
    }),

  mediaBytes: (workspace: string, project: string, run: string, digest: string, signal?: Signal) =>
    requestBytes("GET", mediaPath(runPath(workspace, project, run), digest), { signal }),
};
