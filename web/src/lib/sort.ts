/** A column and a direction, written in addresses as `name` or `-name`. */
export interface Sorting {
  id: string;
  desc: boolean;
}

/** Read `-name`; `fallback` where the address says nothing. */
export function parseSorting(text: string | undefined, fallback: Sorting): Sorting {
  if (text === undefined) return fallback;
  return text.startsWith("-") ? { id: text.slice(1), desc: true } : { id: text, desc: false };
}

/** As it stands in the address; nothing for the default. */
export function writeSorting(sorting: Sorting, fallback: Sorting): string | undefined {
  if (sorting.id === fallback.id && sorting.desc === fallback.desc) return undefined;
  return (sorting.desc ? "-" : "") + sorting.id;
}

function rank(value: unknown): number {
  if (value === null || value === undefined) return 3;
  if (typeof value === "number") return Number.isNaN(value) ? 1 : 0;
  return 2;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/**
 * Order of two cells: numbers by size, then NaN, then texts (`run-9` before `run-10`). What is
 * missing comes last in either direction.
 */
export function compareCells(a: unknown, b: unknown, desc: boolean): number {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA === 3 || rankB === 3) return rankA - rankB;
  const order = rankA === rankB ? compareSame(a, b) : rankA - rankB;
  return desc ? -order : order;
}

function compareSame(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") {
    // Subtracting infinities gives NaN.
    return a === b || Number.isNaN(a) ? 0 : a < b ? -1 : 1;
  }
  return collator.compare(sortText(a), sortText(b));
}

function sortText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
