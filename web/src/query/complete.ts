/** What could be written next in a filter: fields, operators, values, joining words. */

import { fuzzyScore } from "@/lib/fuzzy";

import { fieldOf, fieldText, quote, valueText } from "./read";
import { type Token, tokenize } from "./tokens";
import { fits, type Op, PLAIN, STATES, STATS } from "./tree";

/** What is known of the runs that the filter is about. */
export interface Known {
  /** Metric keys and config paths. */
  keys: readonly string[];
  paths: readonly string[];
  /** Values in use, by field. */
  valuesOf: (field: string) => readonly string[];
}

export interface Choice {
  /** What is put in place of the word being written. */
  text: string;
  kind: "field" | "operator" | "value" | "word";
}

export interface Completion {
  from: number;
  to: number;
  choices: Choice[];
}

type Expects =
  | { what: "field" | "join" | "list" }
  | { what: "operator" | "in"; left: Token }
  | { what: "value"; left: Token; op: string };

const MOST = 50;
const SIGNS: readonly [string, Op][] = [
  ["<", "lt"],
  ["<=", "le"],
  [">", "gt"],
  [">=", "ge"],
  ["=", "eq"],
  ["!=", "ne"],
  ["~", "matches"],
  ["!~", "matches"],
  ["contains", "contains"],
  ["in", "in"],
  ["not in", "in"],
  ["exists", "exists"],
];

/** What a reader awaits after these tokens, as far as they make sense. */
function expected(tokens: readonly Token[]): Expects {
  let now: Expects = { what: "field" };
  let within: Token | null = null;
  for (const token of tokens) {
    const word = token.keyword || token.raw;
    if (now.what === "field") {
      if (word !== "not" && word !== "(") now = { what: "operator", left: token };
    } else if (now.what === "operator") {
      if (word === "exists") now = { what: "join" };
      else if (word === "in") now = { what: "in", left: now.left };
      else if (word !== "not") now = { what: "value", left: now.left, op: word };
    } else if (now.what === "in") {
      within = word === "[" ? now.left : null;
      now = within === null ? { what: "join" } : { what: "value", left: within, op: "in" };
    } else if (within !== null) {
      if (word === "]") [now, within] = [{ what: "join" }, null];
      else now = word === "," ? { what: "value", left: within, op: "in" } : { what: "list" };
    } else if (now.what === "value") now = { what: "join" };
    else if (word === "and" || word === "or") now = { what: "field" };
  }
  return now;
}

/** What could stand at the cursor, the nearest to what is written there first. */
export function complete(source: string, cursor: number, known: Known): Completion {
  const before = source.slice(0, cursor);
  const { tokens, broken } = tokenize(before);
  const last = tokens.at(-1);
  const open = broken !== null && broken.quote ? broken.at : null;
  const written =
    open === null &&
    last !== undefined &&
    last.kind !== "sign" &&
    last.at + last.raw.length === cursor;
  const from = open ?? (written ? last.at : cursor);
  const done = tokens.filter(({ at }) => at < from);
  const to = cursor + (/^[^\s()[\],"'`=<>!~]*/u.exec(source.slice(cursor))?.[0].length ?? 0);
  const word = source.slice(from, cursor).replaceAll(/["'`]/gu, "");
  const all = choicesFor(expected(done), known);
  return { from, to: written || open !== null ? to : cursor, choices: rank(all, word) };
}

function rank(choices: Choice[], word: string): Choice[] {
  if (word === "") return choices.slice(0, MOST);
  const scored = choices.flatMap((choice): [Choice, number][] => {
    const score = fuzzyScore(word, choice.text);
    return score === null ? [] : [[choice, score]];
  });
  const best = scored.toSorted(([, a], [, b]) => b - a);
  return best.slice(0, MOST).map(([choice]) => choice);
}

function choicesFor(expects: Expects, known: Known): Choice[] {
  switch (expects.what) {
    case "field":
      return [...fieldChoices(known), { text: "not", kind: "word" }];
    case "operator":
      return operators(expects.left);
    case "in":
      return [
        { text: "[", kind: "word" },
        { text: "tags", kind: "field" },
      ];
    case "value":
      return values(fieldOf(expects.left.raw), expects.op, known);
    case "join":
      return ["and", "or"].map((text): Choice => ({ text, kind: "word" }));
    case "list":
      return [",", "]"].map((text): Choice => ({ text, kind: "word" }));
  }
}

/** Every field as it is written: the run's own, settings, metrics and what can be said of them. */
export function fieldChoices({ keys, paths }: Pick<Known, "keys" | "paths">): Choice[] {
  const names = [
    ...PLAIN,
    ...paths.map((path) => fieldText(`config.${path}`)),
    ...keys.map((key) => fieldText(`summary.${key}.last`)),
    ...keys.flatMap((key) =>
      STATS.filter((stat) => stat !== "last").map((stat) => fieldText(`summary.${key}.${stat}`)),
    ),
  ];
  return names.map((text) => ({ text, kind: "field" }));
}

function operators(left: Token): Choice[] {
  if (left.kind === "text") return ["in", "not in"].map((text) => ({ text, kind: "operator" }));
  const field = fieldOf(left.raw);
  return SIGNS.filter(([, op]) => fits(field, op)).map(([text]) => ({ text, kind: "operator" }));
}

function values(field: string, op: string, known: Known): Choice[] {
  const texts = op === "~" || op === "!~";
  if (texts) return [];
  if (field === "state") return STATES.map((text) => ({ text, kind: "value" }));
  const write = (text: string) => (field === "tags" ? quote(text) : valueText(field, text));
  const plain = field.startsWith("config.") ? (text: string) => text : write;
  return known.valuesOf(field).map((text) => ({ text: plain(text), kind: "value" }));
}
