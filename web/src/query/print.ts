/** From a tree back to the text of a filter. */

import { fieldText, quote, valueText } from "./read";
import type { Op, Test, Tree } from "./tree";

const SIGNS: Readonly<Partial<Record<Op, string>>> = {
  eq: "=",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  matches: "~",
  contains: "contains",
};

/** The text of a filter; `parseQuery` reads the same tree from it. */
export function printQuery(tree: Tree): string {
  if (tree.is === "test") return printTest(tree);
  if (tree.is === "not") return printNot(tree.of);
  const word = tree.is === "all" ? " and " : " or ";
  return tree.of
    .map((part) => {
      const text = printQuery(part);
      const loose = part.is === "any" || (part.is === "all" && tree.is === "all");
      return loose && part.of.length > 1 ? `(${text})` : text;
    })
    .join(word);
}

function printNot(inner: Tree): string {
  if (inner.is !== "test")
    return inner.is === "not" ? `not ${printQuery(inner)}` : `not (${printQuery(inner)})`;
  if (inner.op === "in" || (inner.op === "contains" && inner.field === "tags"))
    return printTest(inner, "not in");
  if (inner.op === "matches") return printTest(inner, "!~");
  return `not ${printTest(inner)}`;
}

function printTest({ field, op, value }: Test, said?: string): string {
  const name = fieldText(field);
  if (op === "exists") return value === false ? `not ${name} exists` : `${name} exists`;
  if (Array.isArray(value))
    return `${name} ${said ?? "in"} [${value.map((item) => valueText(field, item)).join(", ")}]`;
  if (op === "contains" && field === "tags")
    return `${typeof value === "string" ? quote(value) : String(value)} ${said ?? "in"} tags`;
  const shown =
    op === "matches" && typeof value === "string" ? quote(value) : valueText(field, value);
  return `${name} ${said ?? SIGNS[op] ?? "="} ${shown}`;
}
