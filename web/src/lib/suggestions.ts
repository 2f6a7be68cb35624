/** A list of suggestions longer than this nobody reads, and browsers draw it slowly. */
const MOST_SHOWN = 50;

/** Names that have every word of `text` in them, a few. */
export function suggestions(names: readonly string[], text: string): string[] {
  const words = text.toLowerCase().split(/\s+/);
  const found: string[] = [];
  for (const name of names) {
    if (found.length === MOST_SHOWN) break;
    const lower = name.toLowerCase();
    if (words.every((word) => lower.includes(word))) found.push(name);
  }
  return found;
}
