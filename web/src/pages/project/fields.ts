/** The runs table as data: rows made ready once, and the fields that columns show. */

import type { Configs, RunRow, State } from "@/api/messages";
import { flatten } from "@/lib/flatten";
import { exactSetting, formatDuration, formatSetting } from "@/lib/format";
import type { Matcher } from "@/lib/search";
import type { Sorting } from "@/lib/sort";

/** A run with its config flattened, empty while that is not known. */
export interface Row {
  run: RunRow;
  config: Map<string, unknown>;
}

export type Group = "run" | "config" | "last";

/** One column. `value` sorts, `text` is shown, `exact` is what hovering and copying give. */
export interface Field {
  id: string;
  label: string;
  group: Group;
  numeric: boolean;
  width: number;
  value: (row: Row) => unknown;
  text: (row: Row) => string;
  exact: (row: Row) => string;
}

export const NEWEST: Sorting = { id: "created", desc: true };

/** In the order in which one wants to see them: what goes on, then what went wrong. */
const STATE_ORDER: State[] = ["running", "unresponsive", "crashed", "aborted", "finished"];

const NO_CONFIG: Row["config"] = new Map();
const flat = new WeakMap<object, Row["config"]>();

function configOf(config: Configs[string] | undefined): Row["config"] {
  if (config === undefined) return NO_CONFIG;
  let found = flat.get(config);
  if (found === undefined) flat.set(config, (found = flatten(config)));
  return found;
}

/** The rows of a table, with the configs that are known. */
export function toRows(runs: readonly RunRow[], configs: Configs | undefined): Row[] {
  return runs.map((run) => ({ run, config: configOf(configs?.[run.id]) }));
}

function runField(id: string, width: number, numeric: boolean, value: Field["value"]): Field {
  const text = (row: Row) => String(value(row) ?? "");
  return { id, label: id, group: "run", numeric, width, value, text, exact: text };
}

/** Fields that every run has. `name` stays in place at the left, with the mark of `state` in it. */
export const RUN_FIELDS: readonly Field[] = [
  runField("name", 240, false, ({ run }) => run.name),
  runField("state", 0, false, ({ run }) => STATE_ORDER.indexOf(run.state)),
  runField("tags", 150, false, ({ run }) => (run.tags.length === 0 ? null : run.tags.join(", "))),
  runField("group", 110, false, ({ run }) => run.group),
  runField("description", 180, false, ({ run }) => run.description),
  {
    ...runField("created", 104, true, ({ run }) => run.created_at),
    exact: ({ run }) => new Date(run.created_at).toISOString(),
  },
  {
    ...runField("duration", 100, true, ({ run }) => run.duration),
    text: ({ run }) => formatDuration(run.duration),
    exact: ({ run }) => `${run.duration / 1000} s`,
  },
];

export function widthOf(label: string): number {
  return Math.min(220, Math.max(96, label.length * 7.5 + 36));
}

function configField(path: string, rows: Row[]): Field {
  const value = (row: Row) => row.config.get(path);
  return {
    id: `config.${path}`,
    label: path,
    group: "config",
    numeric: rows.every((row) => ["number", "undefined"].includes(typeof value(row))),
    width: widthOf(path),
    value,
    text: (row) => (row.config.has(path) ? formatSetting(value(row)) : ""),
    exact: (row) => exactSetting(value(row)),
  };
}

/** All columns but those of metrics: the run's own, one per config path in use. */
export function toFields(rows: Row[]): Field[] {
  const paths = new Set<string>();
  for (const row of rows) for (const path of row.config.keys()) paths.add(path);
  return [...RUN_FIELDS, ...[...paths].map((path) => configField(path, rows))];
}

/** What searching looks through: name, id, tags, group, description, state and `config.path=value`. */
export function rowText({ run, config }: Row): string {
  const settings = [...config].map(([path, value]) => `${path}=${exactSetting(value)}`);
  return [
    run.name,
    run.id,
    ...run.tags,
    run.group ?? "",
    run.description ?? "",
    run.state,
    ...settings,
  ].join("\n");
}

const texts = new WeakMap<Row, string>();

export function filterRows(rows: Row[], matches: Matcher): Row[] {
  return rows.filter((row) => {
    let text = texts.get(row);
    if (text === undefined) texts.set(row, (text = rowText(row)));
    return matches(text);
  });
}

/** The table as CSV cells, every digit in them: a header and the rows in the given order. */
export function csvOf(fields: Field[], rows: Row[]): [string[], (string | number | null)[][]] {
  const header = ["id", ...fields.map(({ id }) => (id === "duration" ? "duration_ms" : id))];
  const cells = rows.map((row) => [row.run.id, ...fields.map((field) => csvValue(field, row))]);
  return [header, cells];
}

function csvValue(field: Field, row: Row): string | number | null {
  if (field.id === "state") return row.run.state;
  if (field.id === "duration") return row.run.duration;
  return field.exact(row);
}
