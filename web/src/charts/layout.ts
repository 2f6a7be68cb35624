/**
 * How a project's charts are arranged: charts people made, sections and their order, settings of
 * single sections and charts, what is hidden and what is pinned. Kept per project in this browser;
 * every change can be taken back.
 */

import { useCallback, useMemo } from "react";

import { close, say } from "@/edit/toasts";
import { isObject } from "@/lib/flatten";
import { readStored, useStored, writeStored } from "@/lib/stored";

import { type CustomChart, parseCustom } from "./custom";
import { parseNames } from "./names";
import { type ChartLook, type Look, parseChartLook, parseLook } from "./looks";

export interface Layout {
  /** Charts that people made, in the order they were made. */
  charts: readonly CustomChart[];
  sections: {
    /** Ids of sections; those that are not named follow in natural order. */
    order: readonly string[];
    /** Sections that were turned over: folded, or opened where they stand folded. */
    folded: readonly string[];
    /** What of the page's settings is different in a section, by its id. */
    settings: Readonly<Record<string, Look>>;
    /** Ids of charts as they were dragged within a section, by its id. */
    charts: Readonly<Record<string, readonly string[]>>;
  };
  /** What of its section's settings is different in a chart, by its id. */
  settings: Readonly<Record<string, ChartLook>>;
  /** Charts put away by hand. */
  hidden: readonly string[];
  /** Charts at the top, in the order they were pinned. */
  pins: readonly string[];
}

export const EMPTY: Layout = {
  charts: [],
  sections: { order: [], folded: [], settings: {}, charts: {} },
  settings: {},
  hidden: [],
  pins: [],
};

/** So many charts of their own people may make in a project. */
export const MOST_CHARTS = 200;

/** A layout out of anything: what is none of it is left out, and nothing makes it fail. */
export function parseLayout(value: unknown): Layout {
  if (!isObject(value)) return EMPTY;
  const sections = isObject(value.sections) ? value.sections : {};
  const made = Array.isArray(value.charts) ? value.charts.flatMap(parseCustom) : [];
  return {
    charts: uniqueBy(made, ({ id }) => id).slice(0, MOST_CHARTS),
    sections: {
      order: names(sections.order),
      folded: names(sections.folded),
      settings: entries(sections.settings, parseLook),
      charts: entries(sections.charts, (one) => (Array.isArray(one) ? names(one) : null)),
    },
    settings: entries(value.settings, parseChartLook),
    hidden: names(value.hidden),
    pins: names(value.pins),
  };
}

function names(value: unknown): string[] {
  return [...new Set(parseNames(value))];
}

function uniqueBy<T>(items: readonly T[], name: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [name(item), item])).values()];
}

function entries<T>(value: unknown, parse: (one: unknown) => T | null): Record<string, T> {
  if (!isObject(value)) return {};
  const found: [string, T][] = [];
  for (const [name, one] of Object.entries(value)) {
    const parsed = parse(one);
    if (parsed !== null) found.push([name, parsed]);
  }
  return Object.fromEntries(found);
}

/** What a change is called, and which changes are one: of the same `tag` right behind each other. */
export interface Said {
  /** Said in a toast with a way back; missing: nothing is said, `Ctrl-Z` still takes it back. */
  text?: string;
  tag?: string;
}

interface Change {
  before: Layout;
  tag: string | undefined;
}

/** Changes that can be taken back, the last one last. */
const MOST_CHANGES = 50;
const changes = new Map<string, Change[]>();
/** The toast of the last change, by the layout's name; older ones have no way back of their own. */
const toasts = new Map<string, number>();

function nameOf(workspace: string, project: string): string {
  return `layout.${workspace}/${project}`;
}

function parseText(text: string | null): Layout {
  if (text === null) return EMPTY;
  try {
    return parseLayout(JSON.parse(text));
  } catch {
    return EMPTY; // Not ours, or cut off.
  }
}

function write(name: string, layout: Layout): void {
  const text = JSON.stringify(layout);
  writeStored(name, text === JSON.stringify(EMPTY) ? null : text);
}

/** Keep `next` as the layout, so that it can be taken back. */
export function changeLayout(
  workspace: string,
  project: string,
  next: Layout | ((now: Layout) => Layout),
  { text, tag }: Said = {},
): void {
  const name = nameOf(workspace, project);
  const before = parseText(readStored(name));
  const after = typeof next === "function" ? next(before) : next;
  if (JSON.stringify(after) === JSON.stringify(before)) return;
  const stack = changes.get(name) ?? [];
  const goesOn = tag !== undefined && stack.at(-1)?.tag === tag;
  if (!goesOn) stack.push({ before, tag });
  changes.set(name, stack.slice(-MOST_CHANGES));
  forgetToast(name);
  write(name, after);
  if (text === undefined) return;
  const undo = () => void undoLayout(workspace, project);
  toasts.set(name, say({ look: "done", text, undo }));
}

function forgetToast(name: string): void {
  const toast = toasts.get(name);
  toasts.delete(name);
  if (toast !== undefined) close(toast);
}

/** Take the last change back. Whether there was one. */
export function undoLayout(workspace: string, project: string): boolean {
  const name = nameOf(workspace, project);
  const change = changes.get(name)?.pop();
  if (change === undefined) return false;
  forgetToast(name);
  write(name, change.before);
  return true;
}

export type SetLayout = (next: Layout | ((now: Layout) => Layout), said?: Said) => void;

/** The project's layout in this browser, the same in every tab, and how to change it. */
export function useLayout(workspace: string, project: string): [Layout, SetLayout] {
  const [text] = useStored(nameOf(workspace, project));
  const layout = useMemo(() => parseText(text), [text]);
  const set = useCallback<SetLayout>(
    (next, said) => changeLayout(workspace, project, next, said),
    [workspace, project],
  );
  return [layout, set];
}
