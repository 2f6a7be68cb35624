/** A filter of runs as the server takes it; `docs/filter.md` describes the language. */

export type Op = "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "in" | "contains" | "matches" | "exists";
export type Value = string | number | boolean | null;

export interface Test {
  is: "test";
  /** As the server calls it: `name`, `config.lr`, `summary.loss.min`. */
  field: string;
  op: Op;
  value: Value | Value[];
}

export type Tree =
  Test | { is: "all"; of: Tree[] } | { is: "any"; of: Tree[] } | { is: "not"; of: Tree };

export const STATES = ["running", "unresponsive", "finished", "crashed", "aborted"] as const;
export const STATS = ["last", "min", "max", "mean", "count"] as const;
export const TEXTS = ["name", "id", "group", "job_type", "description"] as const;
export const PLAIN = [...TEXTS, "state", "tags", "created", "duration"] as const;
/** The language's own words. */
export const WORDS = ["and", "or", "not", "in", "exists", "contains"] as const;

const ORDERED = new Set<Op>(["lt", "le", "gt", "ge"]);

export function one(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

/** Whether this can be asked of the field. */
export function fits(field: string, op: Op): boolean {
  if (op === "exists") return true;
  if (field === "created" || field === "duration") return ORDERED.has(op);
  if (field.startsWith("summary.")) return op !== "matches" && op !== "contains";
  return field.startsWith("config.") || !ORDERED.has(op);
}

/** Whether texts can be in it, as tags are: `"a" in tags`. */
export function holds(field: string): boolean {
  return field === "tags" || one(TEXTS, field) || field.startsWith("config.");
}
