/** How a project's charts are shown: kept in the address, so that a link is the view, and per project. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useStored } from "@/lib/stored";

import { type Smoother, SMOOTHERS } from "./smoothing";
import type { XAxis, YAxis } from "./spec";

export interface ChartSettings {
  /** 0 to 0.99. */
  smoothing: number;
  /** `auto`: as the training defined, else the step. */
  x: (typeof X_AXES)[number];
  y: YAxis;
  /** What of y is shown: all of it, or what lies within robust quantiles. */
  range: (typeof RANGES)[number];
  /** How lines are smoothed. */
  smoother: Smoother;
  /** Runs of several processes: the mean of their ranks in a band, or each rank by itself. */
  ranks: (typeof RANKS)[number];
  /** Charts beside each other; 0: as the width allows. */
  columns: number;
}

export const DEFAULTS: ChartSettings = {
  smoothing: 0,
  smoother: "average",
  x: "auto",
  y: "linear",
  range: "all",
  ranks: "mean",
  columns: 0,
};
export const X_AXES = ["auto", "step", "relative", "wall"] as const;
export const Y_AXES = ["linear", "log", "symlog"] as const;
export const RANGES = ["all", "robust"] as const;
export const RANKS = ["mean", "each"] as const;
export const MOST_COLUMNS = 6;

/** The axis that a chart is drawn over: the chosen one, or what the training defined for it. */
export function axisOf(chosen: ChartSettings["x"], defined: XAxis | undefined): XAxis {
  return chosen === "auto" ? (defined ?? "step") : chosen;
}

/** The choice behind a drawn axis. */
export function chosenAxis(axis: XAxis): ChartSettings["x"] {
  return X_AXES.find((one) => one === axis) ?? "auto";
}

/** Where each setting stands in the address. */
const PARTS = ["smooth", "smoother", "x", "y", "range", "ranks", "cols"] as const;
export type ChartSearch = { [name in (typeof PARTS)[number]]?: unknown };

/** Settings out of an address or a stored object; what makes no sense there falls to `base`. */
export function parseSettings(
  search: Record<string, unknown>,
  base: ChartSettings = DEFAULTS,
): ChartSettings {
  return {
    smoothing: within(search.smooth, 0, 0.99) ?? base.smoothing,
    x: X_AXES.find((axis) => axis === search.x) ?? base.x,
    y: Y_AXES.find((axis) => axis === search.y) ?? base.y,
    range: RANGES.find((range) => range === search.range) ?? base.range,
    smoother: SMOOTHERS.find((one) => one === search.smoother) ?? base.smoother,
    ranks: RANKS.find((one) => one === search.ranks) ?? base.ranks,
    columns: Math.round(within(search.cols, 0, MOST_COLUMNS) ?? base.columns),
  };
}

function within(value: unknown, low: number, high: number): number | null {
  if (value === undefined || value === null || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? Math.min(high, Math.max(low, number)) : null;
}

/** The address of `settings`; every difference from the defaults stands in it. */
export function searchOf(settings: ChartSettings): Record<(typeof PARTS)[number], unknown> {
  const told = <K extends keyof ChartSettings>(name: K) =>
    settings[name] === DEFAULTS[name] ? undefined : settings[name];
  return {
    smooth: told("smoothing"),
    smoother: told("smoother"),
    x: told("x"),
    y: told("y"),
    range: told("range"),
    ranks: told("ranks"),
    cols: told("columns"),
  };
}

/** Settings kept as text; damaged text is no settings. */
export function parseStored(text: string | null): ChartSettings {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null
      ? parseSettings(value as Record<string, unknown>)
      : DEFAULTS;
  } catch {
    return DEFAULTS;
  }
}

/** A slider moves faster than an address should. */
const SETTLE = 300;

/** The settings in force and how to change some. What a link says goes before what is remembered. */
export function useChartSettings(
  workspace: string,
  project: string,
): [ChartSettings, (change: Partial<ChartSettings>) => void] {
  const search: ChartSearch & { view?: unknown } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [stored, store] = useStored(`charts.${workspace}/${project}`);
  // A saved view is as it was saved, whatever this browser remembers.
  const linked = search.view !== undefined || PARTS.some((name) => search[name] !== undefined);
  const named = useMemo(
    () => (linked ? parseSettings({ ...search }) : parseStored(stored)),
    [linked, search, stored],
  );
  const [changed, setChanged] = useState<ChartSettings | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const write = useCallback(
    (next: ChartSettings) => {
      const part = searchOf(next);
      store(JSON.stringify(part));
      void navigate({ to: ".", search: (old) => ({ ...old, ...part }), replace: true });
    },
    [navigate, store],
  );
  useEffect(() => {
    if (!changed) return undefined;
    timer.current = setTimeout(() => {
      write(changed);
      setChanged(null);
    }, SETTLE);
    return () => clearTimeout(timer.current);
  }, [changed, write]);

  // What was remembered stands in the address too, so that copying it shares this view.
  useEffect(() => {
    const part = searchOf(named);
    if (linked || Object.values(part).every((one) => one === undefined)) return;
    void navigate({ to: ".", search: (old) => ({ ...old, ...part }), replace: true });
  }, [linked, named, navigate]);

  const settings = changed ?? named;
  const change = useCallback(
    (part: Partial<ChartSettings>) => setChanged({ ...settings, ...part }),
    [settings],
  );
  return [settings, change];
}
