/** A filter as rows of field, operator and value, and back. */

import { parseQuery, readQuery } from "./parse";
import { printQuery } from "./print";
import { fieldOf, fieldText, valueText } from "./read";
import { fits, holds, type Op, type Test, type Tree, type Value } from "./tree";

export const OPERATORS = [
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "~",
  "!~",
  "contains",
  "not contains",
  "in",
  "not in",
  "exists",
  "not exists",
] as const;
export type Operator = (typeof OPERATORS)[number];

/** One condition; what is more than that stands as text. */
export type BuilderRow =
  { kind: "test"; field: string; op: Operator; value: string } | { kind: "text"; text: string };

export interface Built {
  join: "all" | "any";
  rows: BuilderRow[];
}

const OPS: Readonly<Record<Operator, Op>> = {
  "=": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "~": "matches",
  "!~": "matches",
  contains: "contains",
  "not contains": "contains",
  in: "in",
  "not in": "in",
  exists: "exists",
  "not exists": "exists",
};
const NEGATED = new Map<Operator, Operator>([
  ["~", "!~"],
  ["contains", "not contains"],
  ["in", "not in"],
  ["exists", "not exists"],
]);

/** Operators that the field can be asked with, as it is written. */
export function operatorsOf(field: string): Operator[] {
  const name = fieldOf(field);
  return OPERATORS.filter((op) =>
    OPS[op] === "contains" ? holds(name) && fits(name, "contains") : fits(name, OPS[op]),
  );
}

function operatorOf(op: Op): Operator {
  return OPERATORS.find((one) => OPS[one] === op) ?? "=";
}

function written(field: string, value: Value): string {
  if (typeof value !== "string") return valueText(field, value);
  // A text that a reader would take for something else keeps its quotes.
  const misread = field.startsWith("config.") && valueText(field, value).startsWith('"');
  return misread && !/\s/u.test(value) ? valueText(field, value) : value;
}

function rowOfTest({ field, op, value }: Test): BuilderRow {
  const text = Array.isArray(value)
    ? value.map((one) => valueText(field, one)).join(", ")
    : op === "exists"
      ? ""
      : written(field, value);
  const name = op === "exists" && value === false ? "not exists" : operatorOf(op);
  return { kind: "test", field: fieldText(field), op: name, value: text };
}

function rowOf(part: Tree): BuilderRow {
  if (part.is === "test") return rowOfTest(part);
  if (part.is === "not" && part.of.is === "test") {
    const row = rowOfTest(part.of);
    const op = row.kind === "test" ? NEGATED.get(row.op) : undefined;
    if (row.kind === "test" && op !== undefined) return { ...row, op };
  }
  return { kind: "text", text: printQuery(part) };
}

/** The rows of a filter; the parts that are joined at its top are one each. */
export function buildRows(tree: Tree | null): Built {
  if (tree === null) return { join: "all", rows: [] };
  if (tree.is === "all" || tree.is === "any") return { join: tree.is, rows: tree.of.map(rowOf) };
  return { join: "all", rows: [rowOf(tree)] };
}

/** A value as it has to be written: as it is, or in quotes. */
function valueToken(field: string, value: string): string {
  const text = value.trim();
  if (/^(["']).*\1$/su.test(text)) return text;
  const name = fieldOf(field);
  const asIs = name === "created" || name === "duration" || name === "state";
  if (asIs || name.startsWith("summary.")) return text;
  const plain = name.startsWith("config.") && /^[^\s()[\],"'`=<>!~]+$/u.test(text);
  return plain ? text : valueText(name, text);
}

/** The row as a filter says it; not all rows are complete. */
export function rowText(row: BuilderRow): string {
  if (row.kind === "text") return row.text;
  const { op, value } = row;
  const field = row.field.trim();
  if (op === "exists") return `${field} exists`;
  if (op === "not exists") return `not ${field} exists`;
  if (op === "in" || op === "not in") {
    const list = value.split(",").filter((one) => one.trim() !== "");
    return `${field} ${op} [${list.map((one) => valueToken(field, one)).join(", ")}]`;
  }
  if (op === "not contains") return `not ${field} contains ${valueToken(field, value)}`;
  if (op === "~" || op === "!~") return `${field} ${op} ${valueText("name", value)}`;
  return `${field} ${op} ${valueToken(field, value)}`;
}

/** The row as a part of a filter; null while it is none. */
export function treeOfRow(row: BuilderRow): Tree | null {
  if (row.kind === "test" && row.op !== "exists" && row.op !== "not exists" && row.value === "")
    return null;
  return readQuery(rowText(row)).tree;
}

/** The filter that the complete rows make. */
export function builtText({ join, rows }: Built): string {
  const of = rows.flatMap((row) => treeOfRow(row) ?? []);
  const [first] = of;
  if (first === undefined) return "";
  const tree: Tree = of.length === 1 ? first : { is: join, of };
  const text = printQuery(tree);
  parseQuery(text); // What is printed can be read: anything else is a fault of ours.
  return text;
}
