// oxlint-disable-next-line no-control-regex -- that is what escape sequences are
const ESCAPES = /\u001B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g;

/** A line without the escape sequences that colour it in a terminal. */
export function plainText(text: string): string {
  return text.includes("\u001B") ? text.replace(ESCAPES, "") : text;
}

export const LEVELS = { debug: 10, info: 20, warning: 30, error: 40 } as const;
export type Level = keyof typeof LEVELS;

export function isLevel(value: unknown): value is Level {
  return typeof value === "string" && value in LEVELS;
}

/** The name of a level number, as in Python's logging: what lies between belongs to the lower. */
export function levelName(level: number): Level {
  if (level >= LEVELS.error) return "error";
  if (level >= LEVELS.warning) return "warning";
  return level >= LEVELS.info ? "info" : "debug";
}

/** Index of the first of `sorted` that is not below `value`; `sorted.length` when all are. */
export function firstFrom(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Which of `places` one steps to from `at` (null: from the place `top` that is in sight first). */
export function stepTo(
  places: readonly number[],
  at: number | null,
  top: number,
  step: 1 | -1,
): number | null {
  if (places.length === 0) return null;
  const here = at === null ? firstFrom(places, top) : firstFrom(places, at) + step;
  return places[(here + places.length) % places.length] ?? null;
}

/** Where `query` occurs in a line, whatever the case: [start, end) pairs, for highlighting. */
export function spansOf(query: string, line: string): [number, number][] {
  if (query === "") return [];
  const spans: [number, number][] = [];
  const expression = new RegExp(query.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`), "gi");
  for (const match of line.matchAll(expression)) {
    spans.push([match.index, match.index + match[0].length]);
    if (spans.length === 100) break;
  }
  return spans;
}
