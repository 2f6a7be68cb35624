/** From the text of a filter to the tree that the server takes; `swanlab/api/query.py` reads alike. */

import { fieldOf, plainValue, readValue, textOf } from "./read";
import { type Token, tokenize } from "./tokens";
import { fits, holds, type Op, type Tree, type Value } from "./tree";

export type Trouble =
  | "close"
  | "date"
  | "deep"
  | "duration"
  | "field"
  | "holds"
  | "in"
  | "inField"
  | "joint"
  | "large"
  | "list"
  | "long"
  | "number"
  | "operator"
  | "pattern"
  | "quote"
  | "sign"
  | "state"
  | "unfit"
  | "value";

/** What is wrong, and from where to where. `what` and `of` name the words it is about. */
export class QueryError extends Error {
  readonly code: Trouble;
  readonly at: number;
  readonly end: number;
  readonly what: string;
  readonly of: string;

  constructor(code: Trouble, at: number, end: number, what = "", of = "") {
    super(code);
    this.name = "QueryError";
    this.code = code;
    this.at = at;
    this.end = Math.max(end, at);
    this.what = what;
    this.of = of;
  }
}

const OPERATORS: Readonly<Record<string, Op>> = {
  "=": "eq",
  "==": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "~": "matches",
  "!~": "matches",
  contains: "contains",
};
const DEPTH = 18;
const LONGEST = 10_000;

/** Read a filter; null for one that says nothing. Throws `QueryError`. */
export function parseQuery(source: string): Tree | null {
  if (source.trim() === "") return null;
  if (source.length > LONGEST) throw new QueryError("long", LONGEST, source.length);
  return new Parser(source).whole();
}

/** What a text says, or what is wrong with it. */
export function readQuery(source: string): { tree: Tree | null; error: QueryError | null } {
  try {
    return { tree: parseQuery(source), error: null };
  } catch (error) {
    if (error instanceof QueryError) return { tree: null, error };
    throw error;
  }
}

/** Recursive descent, one method per rule. */
class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    const { tokens, broken } = tokenize(source);
    if (broken !== null)
      throw new QueryError(
        broken.quote ? "quote" : "sign",
        broken.at,
        broken.quote ? source.length : broken.at + 1,
        source[broken.at],
      );
    this.#tokens = [...tokens, { kind: "end", raw: "", at: source.length, keyword: "" }];
  }

  whole(): Tree {
    const found = this.#either();
    if (this.#now.kind !== "end") throw wrong("joint", this.#now);
    return found;
  }

  get #now(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error("read past the end");
    return token;
  }

  #take(): Token {
    const token = this.#now;
    if (token.kind !== "end") this.#at += 1;
    return token;
  }

  /** Whether the next token is this sign or word; if so it is taken. */
  #is(word: string): boolean {
    const { keyword, kind, raw } = this.#now;
    const held = keyword === word || (kind === "sign" && raw === word);
    if (held) this.#at += 1;
    return held;
  }

  #either(): Tree {
    return this.#joined("or", "any", () => this.#both());
  }

  #both(): Tree {
    return this.#joined("and", "all", () => this.#negated());
  }

  #joined(word: string, is: "all" | "any", part: () => Tree): Tree {
    const first = part();
    const of = [first];
    while (this.#is(word)) of.push(part());
    return of.length === 1 ? first : { is, of };
  }

  #negated(): Tree {
    const token = this.#now;
    if (this.#is("not")) return this.#within(token, () => ({ is: "not", of: this.#negated() }));
    if (this.#is("("))
      return this.#within(token, () => {
        const found = this.#either();
        if (!this.#is(")")) throw wrong("close", this.#now);
        return found;
      });
    return this.#test();
  }

  #within(token: Token, part: () => Tree): Tree {
    this.#depth += 1;
    if (this.#depth > DEPTH) throw wrong("deep", token);
    const found = part();
    this.#depth -= 1;
    return found;
  }

  #test(): Tree {
    const token = this.#take();
    if (!isOperand(token)) throw wrong("field", token);
    if (token.kind === "word" && this.#is("exists"))
      return { is: "test", field: fieldOf(token.raw), op: "exists", value: true };
    const negated = this.#is("not");
    if (this.#is("in")) {
      const found = this.#in(token);
      return negated ? { is: "not", of: found } : found;
    }
    if (negated || token.kind === "text") throw wrong("in", this.#now);
    return this.#compared(token);
  }

  #in(left: Token): Tree {
    if (!this.#is("[")) {
      const right = this.#take();
      if (right.kind !== "word" || right.keyword !== "") throw wrong("inField", right);
      const field = fieldOf(right.raw);
      if (!holds(field)) throw wrong("holds", right, right.raw);
      return { is: "test", field, op: "contains", value: plainValue(left) };
    }
    if (left.kind === "text") throw wrong("field", left);
    const field = fieldOf(left.raw);
    const value: Value[] = [];
    while (!this.#is("]")) {
      value.push(this.#value(field, "eq"));
      if (!this.#is(",") && this.#now.raw !== "]") throw wrong("list", this.#now);
    }
    return { is: "test", field, op: "in", value };
  }

  #compared(left: Token): Tree {
    const field = fieldOf(left.raw);
    const token = this.#take();
    const op = OPERATORS[token.keyword || (token.kind === "sign" ? token.raw : "")];
    if (op === undefined) throw wrong("operator", token);
    if (!fits(field, op)) throw wrong("unfit", token, token.raw, left.raw);
    const test: Tree = { is: "test", field, op, value: this.#value(field, op) };
    return token.raw === "!~" ? { is: "not", of: test } : test;
  }

  #value(field: string, op: Op): Value {
    const token = this.#take();
    if (!isOperand(token)) throw wrong("value", token);
    if (op === "matches") checkPattern(token);
    if ((op === "matches" || op === "contains") && field !== "tags") return textOf(token);
    const read = readValue(field, token);
    if ("trouble" in read) throw wrong(read.trouble, token, token.raw);
    return read.value;
  }
}

function isOperand({ kind, keyword }: Token): boolean {
  return (kind === "text" || kind === "word") && keyword === "";
}

function wrong(code: Trouble, { at, raw }: Token, what = raw, of = ""): QueryError {
  return new QueryError(code, at, at + raw.length, what, of);
}

function checkPattern(token: Token): void {
  try {
    RegExp(textOf(token), "iu");
  } catch {
    throw wrong("pattern", token);
  }
}
