import { diffLines, diffWordsWithSpace } from "diff";

/** A stretch of a text that is in both, only in the second one, or only in the first one. */
export interface Stretch {
  text: string;
  kind: "same" | "new" | "gone";
}

/** Words are compared while both texts are so short; longer ones line by line. */
const WORDS = 40_000;
/** Changes after which it is no use to show them. */
const MOST_EDITS = 20_000;
const TIMEOUT = 1_500;

/** What became of a text: word by word, of long ones line by line; null: too different to tell. */
export function differences(before: string, after: string): Stretch[] | null {
  const short = before.length + after.length <= WORDS;
  const options = { maxEditLength: MOST_EDITS, timeout: TIMEOUT };
  const found = short
    ? diffWordsWithSpace(before, after, options)
    : diffLines(before, after, options);
  if (found === undefined) return null;
  return found.map(({ value, added, removed }) => ({
    text: value,
    kind: added ? "new" : removed ? "gone" : "same",
  }));
}
