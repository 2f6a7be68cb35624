/** The first step of reading a filter: from its text to words, texts and signs. */

import { one, WORDS } from "./tree";

export interface Token {
  kind: "text" | "sign" | "word" | "end";
  raw: string;
  at: number;
  /** The word in lower case if it is one of the language's own, else empty. */
  keyword: string;
}

/** Where reading stopped because a quote is not closed or a sign has no meaning. */
export interface Broken {
  at: number;
  quote: boolean;
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(==|!=|!~|<=|>=|[=<>~()[\],])|((?:`[^`]+`|[^\s()[\],"'`=<>!~])+))/suy;

/** The tokens of a text, and what could not be read behind them. */
export function tokenize(source: string): { tokens: Token[]; broken: Broken | null } {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(source);
    if (found === null) break;
    const [, text, sign, word] = found;
    const raw = text ?? sign ?? word ?? "";
    const kind = text !== undefined ? "text" : sign !== undefined ? "sign" : "word";
    const folded = raw.toLowerCase();
    const keyword = kind === "word" && one(WORDS, folded) ? folded : "";
    tokens.push({ kind, raw, at: TOKEN.lastIndex - raw.length, keyword });
    at = TOKEN.lastIndex;
  }
  const rest = source.slice(at).trimStart();
  if (rest === "") return { tokens, broken: null };
  return { tokens, broken: { at: source.length - rest.length, quote: /^["'`]/u.test(rest) } };
}
