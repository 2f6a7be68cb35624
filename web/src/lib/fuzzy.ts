/** Finding names by some of their letters: `trls` finds `train/loss`. */

import { parseSearch, SPECIAL } from "./search";

/**
 * How well `query` fits `name`, higher is better; null when a letter is missing. All letters come in
 * order; those at the begin of a word and those that follow each other count most.
 */
export function fuzzyScore(query: string, name: string): number | null {
  const wanted = query.toLowerCase();
  const text = name.toLowerCase();
  const whole = text.indexOf(wanted);
  if (whole >= 0) return 1000 - whole - (text.length - wanted.length) / 100;
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    if (letter === " ") continue;
    const next = nextPlace(name, text, letter, at + 1);
    if (next < 0) return null;
    score += next === at + 1 ? 3 : begins(name, next) ? 2 : 0;
    at = next;
  }
  return score - text.length / 100;
}

/** The next place of a letter: where a word begins with it, if the gap is small, else the first. */
function nextPlace(name: string, text: string, letter: string, from: number): number {
  const first = text.indexOf(letter, from);
  if (first === from || first < 0) return first;
  for (let at = first; at >= 0 && at < first + 12; at = text.indexOf(letter, at + 1))
    if (begins(name, at)) return at;
  return first;
}

function begins(name: string, at: number): boolean {
  if (at === 0) return true;
  const [before, here] = [name[at - 1] ?? "", name[at] ?? ""];
  return /[^\p{L}\p{N}]/u.test(before) || (/\p{Ll}/u.test(before) && /\p{Lu}/u.test(here));
}

/**
 * Those of `items` that a search box means: with special characters an expression, else names that
 * have the letters in their order, the best first. Without a query all, as they stand.
 */
export function findNames<T>(
  query: string,
  items: readonly T[],
  nameOf: (item: T) => string,
): { found: readonly T[]; invalid: boolean } {
  const text = query.trim();
  if (text === "") return { found: items, invalid: false };
  if (SPECIAL.test(text)) {
    const { matches, invalid } = parseSearch(text);
    return { found: items.filter((item) => matches(nameOf(item))), invalid };
  }
  const scored = items.flatMap((item): [T, number][] => {
    const score = fuzzyScore(text, nameOf(item));
    return score === null ? [] : [[item, score]];
  });
  return { found: scored.toSorted(([, a], [, b]) => b - a).map(([item]) => item), invalid: false };
}
