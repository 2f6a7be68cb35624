/** The bodies of /api/v1, as the server's OpenAPI document says (swanlab/server/messages.py). */

export type State = "running" | "unresponsive" | "finished" | "crashed" | "aborted";
export type Mode = "server" | "watch";
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, unknown>;

export interface ErrorBody {
  code: string;
  message: string;
  detail?: JsonObject;
}

export interface User {
  username: string;
  admin: boolean;
}

export interface Session {
  user: User;
  mode: Mode;
  version: string;
}

export interface ApiKey {
  api_key: string;
}

export interface Health {
  status: "ok";
  version: string;
  mode: Mode;
}

export interface Project {
  workspace: string;
  name: string;
  description: string | null;
  visibility: "private" | "public";
  created_at: number;
  updated_at: number;
  runs: number;
  running: number;
}

export interface Projects {
  projects: Project[];
}

export interface RunRow {
  id: string;
  name: string;
  description: string | null;
  state: State;
  tags: string[];
  created_at: number;
  finished_at: number | null;
  duration: number;
  config: JsonObject;
  last: (number | string | null)[];
}

export interface RunTable {
  keys: string[];
  runs: RunRow[];
}

export interface Run {
  workspace: string;
  project: string;
  id: string;
  name: string;
  description: string | null;
  state: State;
  tags: string[];
  created_at: number;
  finished_at: number | null;
  seen_at: number;
  duration: number;
  error: string | null;
  config: JsonObject;
  environment: JsonObject;
  options: JsonObject;
  notices: string[];
}

export interface Series {
  key: string;
  rank: number;
  count: number;
  first_step: number;
  last_step: number;
  first_time: number;
  last_time: number;
  min: number | null;
  min_step: number | null;
  max: number | null;
  max_step: number | null;
  mean: number | null;
  last: number | string;
  nan: number;
  positive_infinity: number;
  negative_infinity: number;
}

export interface SeriesList {
  series: Series[];
}

export interface LogLine {
  line: number;
  time: number;
  level: number;
  stream: number;
  text: string;
}

export interface Logs {
  writer: string | null;
  writers: string[];
  total: number;
  lines: LogLine[];
}

export interface Hint {
  workspace: string;
  project: string;
  run: string;
  state: State;
  kinds: ("series" | "keys" | "logs" | "run")[];
}
