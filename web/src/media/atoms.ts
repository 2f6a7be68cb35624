/** What a molecule consists of, in words. */

export interface Atoms {
  /** The element of every atom. */
  elements: readonly string[];
  bonds: number;
}

/** The formula in Hill's order: carbon and hydrogen first where there is carbon, then by letter. */
export function formulaOf(elements: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const element of elements) {
    const name = element.slice(0, 1).toUpperCase() + element.slice(1).toLowerCase();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const first = counts.has("C") ? ["C", "H"] : [];
  const rest = [...counts.keys()].filter((name) => !first.includes(name)).toSorted();
  return [...first, ...rest]
    .filter((name) => counts.has(name))
    .map((name) => `${name}${(counts.get(name) ?? 0) > 1 ? counts.get(name) : ""}`)
    .join("");
}
