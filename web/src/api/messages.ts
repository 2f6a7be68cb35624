/**
 * The bodies of /api/v1 under short names. Their shapes are generated from the server's OpenAPI
 * document (`npm run api`); only the live stream's event, which OpenAPI cannot describe, is ours.
 */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type ErrorBody = Schemas["ErrorBody"];
export type Health = Schemas["Health"];
export type User = Schemas["User"];
export type Session = Schemas["Session"];
export type Project = Schemas["Project"];
export type ProjectEdit = Schemas["ProjectEdit"];
export type Projects = Schemas["Projects"];
/** A run of the light table: its config and its cells are asked for apart. */
export type RunRow = Omit<Schemas["RunRow"], "config" | "last">;
export type RunTable = Omit<Schemas["RunTable"], "runs"> & { runs: RunRow[] };
export type Configs = Schemas["Configs"]["configs"];
export type CellsAnswer = Schemas["Cells"];
export type SummaryColumn = Schemas["SummaryColumn"];
export type RunsQuery = Partial<Schemas["RunsQuery"]>;
export type RunsPage = Schemas["RunsPage"];
export type View = Schemas["View"];
export type Views = Schemas["Views"];
export type ViewSpec = Schemas["ViewSpec"];
export type Definition = Schemas["Definition"];
export type Run = Schemas["Run"];
export type RunRank = Schemas["RunRank"];
export type RunEdit = Schemas["RunEdit"];
export type SomeRuns = Schemas["SomeRuns"];
export type RunsDone = Schemas["RunsDone"];
export type RunsPlaced = Schemas["RunsPlaced"];
export type Cloned = Schemas["Cloned"];
export type EndedState = Schemas["EndedState"]["state"];
export type Series = Schemas["Series"];
export type SeriesList = Schemas["SeriesList"];
export type LogLine = Schemas["LogLine"];
export type Console = Schemas["Console"];
export type ConsoleHits = Schemas["ConsoleHits"];
export type ConsolePart = Schemas["ConsolePart"];
export type ConsoleRank = Schemas["ConsoleRank"];
export type MediaSeries = Schemas["MediaSeries"];
export type MediaKeys = Schemas["MediaKeys"];
export type MediaItem = Schemas["MediaItem"];
export type MediaEntry = Schemas["MediaEntry"];
export type MediaWanted = Partial<Schemas["MediaWanted"]> & { run: string; key: string };
export type MediaAnswer = Schemas["MediaAnswer"];
export type MediaSteps = Schemas["MediaSteps"];
export type RunFile = Schemas["File"];
export type RunFiles = Schemas["Files"];

export type State = Run["state"];
export type Mode = Session["mode"];

/** Data of the event `hint`: this run has something new; ask for what you show of it. */
export interface Hint {
  workspace: string;
  project: string;
  run: string;
  state: State;
  kinds: ("series" | "keys" | "logs" | "run")[];
}
