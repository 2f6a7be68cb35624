import type { LogLine } from "@/api/messages";
import { formatClock } from "@/lib/format";
import type { Matcher } from "@/lib/search";

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

type Lines = readonly (LogLine | undefined)[];

/** Numbers of the fetched lines that are at least of `level`. */
export function linesOfLevel(lines: Lines, level: Level): number[] {
  const found: number[] = [];
  for (const line of lines) {
    if (line !== undefined && line.level >= LEVELS[level]) found.push(line.line);
  }
  return found;
}

/** Positions in the shown list of those lines that match. */
export function findMatches(lines: Lines, shown: readonly number[] | null, matches: Matcher) {
  const found: number[] = [];
  const count = shown?.length ?? lines.length;
  for (let position = 0; position < count; position++) {
    const line = lines[shown?.[position] ?? position];
    if (line !== undefined && matches(plainText(line.text))) found.push(position);
  }
  return found;
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

/** Lines as they go to the clipboard. */
export function joinLines(lines: Lines, shown: readonly number[] | null, times: boolean): string {
  const picked = shown === null ? lines : shown.map((number) => lines[number]);
  return picked
    .filter((line) => line !== undefined)
    .map((line) => (times ? `${formatClock(line.time)} ` : "") + plainText(line.text))
    .join("\n");
}
