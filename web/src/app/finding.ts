/** Finding in the palette: every word has to occur, and what begins with them comes first. */

export const KINDS = ["command", "run", "metric", "project", "workspace", "settings"] as const;
export type Kind = (typeof KINDS)[number];

export interface Item {
  id: string;
  kind: Kind;
  label: string;
  /** Said beside the label, and searched too. */
  aside?: string;
  keys?: readonly string[];
  go: () => void;
}

export interface FoundGroup {
  kind: Kind;
  items: Item[];
  /** How many more were found. */
  more: number;
}

/** So many of each kind are listed. */
export const MOST = 8;

/** How well `item` answers the words, 0 best; null: not at all. */
export function rankOf(item: Item, words: readonly string[]): number | null {
  const label = item.label.toLowerCase();
  const text = `${label} ${item.aside?.toLowerCase() ?? ""}`;
  if (!words.every((word) => text.includes(word))) return null;
  const whole = words.join(" ");
  if (label === whole) return 0;
  if (label.startsWith(whole)) return 1;
  const [first = ""] = words;
  const at = label.indexOf(first);
  if (at === 0) return 2;
  return at > 0 && !/[\p{L}\p{N}]/u.test(label[at - 1] ?? "") ? 3 : 4;
}

/** The best answers of each kind, the kind with the best answer first. */
export function findItems(items: readonly Item[], query: string, most = MOST): FoundGroup[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const groups = KINDS.map((kind) => {
    const ranked = items
      .filter((item) => item.kind === kind)
      .flatMap((item) => {
        const rank = words.length === 0 ? 4 : rankOf(item, words);
        return rank === null ? [] : [{ item, rank }];
      })
      .toSorted((a, b) => a.rank - b.rank);
    const shown = ranked.slice(0, most).map(({ item }) => item);
    return { kind, items: shown, more: ranked.length - shown.length, best: ranked[0]?.rank ?? 9 };
  });
  return groups
    .filter((group) => group.items.length > 0)
    .toSorted((a, b) => a.best - b.best)
    .map(({ kind, items: found, more }) => ({ kind, items: found, more }));
}

/** `key` as what finds only it in the search for charts, where special characters are an expression. */
export function exactly(key: string): string {
  return `^${key.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}$`;
}
