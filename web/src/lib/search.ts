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
