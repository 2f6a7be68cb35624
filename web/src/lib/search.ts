/** Says of a text whether it matches. */
export type Matcher = (text: string) => boolean;

export interface Search {
  matches: Matcher;
  /** The query looked like a regular expression and is not one. */
  invalid: boolean;
}

/** What makes a search an expression. */
export const SPECIAL = /[\\^$.*+?()[\]{}|]/;

/**
 * What a search box means: plain words match anywhere, a text with special characters is a regular
 * expression; both ignore case. A broken expression (often: half typed) is taken as plain text.
 */
export function parseSearch(query: string): Search {
  const text = query.trim();
  if (text === "") return { matches: () => true, invalid: false };
  const plain: Matcher = (candidate) => candidate.toLowerCase().includes(text.toLowerCase());
  if (!SPECIAL.test(text)) return { matches: plain, invalid: false };
  try {
    const expression = new RegExp(text, "iu");
    return { matches: (candidate) => expression.test(candidate), invalid: false };
  } catch {
    return { matches: plain, invalid: true };
  }
}

/** Where a query occurs in a line: [start, end) pairs, for highlighting. */
export function findSpans(query: string, line: string): [number, number][] {
  const text = query.trim();
  if (text === "") return [];
  const escaped = text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  let expression: RegExp;
  try {
    expression = new RegExp(SPECIAL.test(text) ? text : escaped, "giu");
  } catch {
    expression = new RegExp(escaped, "giu");
  }
  const spans: [number, number][] = [];
  for (const match of line.matchAll(expression)) {
    if (match[0] !== "") spans.push([match.index, match.index + match[0].length]);
    if (spans.length === 100) break;
  }
  return spans;
}
