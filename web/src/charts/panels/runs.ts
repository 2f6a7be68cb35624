/** The runs that charts of one value per run show, and what each has of a quantity. */

import { createContext, useContext, useMemo } from "react";

import type { RunTable } from "@/api/messages";

import { metricPart, type Quantity, type Stat, STATS } from "../custom";
import { type LineStyle, styleOfRun } from "../palette";

export interface PanelRun {
  id: string;
  name: string;
  style: LineStyle;
  config: ReadonlyMap<string, unknown>;
  /** Unix milliseconds. */
  created: number;
  /** Milliseconds. */
  duration: number;
}

export interface ShownRuns {
  workspace: string;
  project: string;
  /** Metrics of the project. */
  keys: readonly string[];
  /** Runs whose eye is open, and all that the list shows. */
  drawn: readonly PanelRun[];
  listed: readonly PanelRun[];
  /** The run that others are compared with. */
  baseline?: string | undefined;
}

const NONE: ShownRuns = { workspace: "", project: "", keys: [], drawn: [], listed: [] };

export const ShownRunsContext = createContext<ShownRuns>(NONE);

export function useShownRuns(): ShownRuns {
  return useContext(ShownRunsContext);
}

type SomeRun = RunTable["runs"][number];

/** A run of the table as panels need it. */
export function panelRun(run: SomeRun, config: PanelRun["config"]): PanelRun {
  return {
    id: run.id,
    name: run.name,
    style: styleOfRun(run),
    config,
    created: run.created_at,
    duration: run.duration,
  };
}

/** Cells that the server was asked for, by run, aligned with the quantities asked for. */
export type Asked = ReadonlyMap<string, readonly (number | string | null)[]>;

/** A value that can be drawn: a number, a word, or nothing. */
export type Value = number | string | null;

/** Says of a run what it has of a quantity. What is not finite is nothing to draw. */
export function reader(asked: {
  names: readonly Quantity[];
  cells: Asked;
}): (run: PanelRun, quantity: Quantity) => Value {
  const known = new Map(asked.names.map((name, i) => [name, i]));
  return (run, quantity) => {
    if (quantity === "created" || quantity === "duration") return run[quantity];
    if (quantity.startsWith("config.")) return plain(run.config.get(quantity.slice(7)));
    const column = known.get(quantity);
    return column === undefined ? null : finite(asked.cells.get(run.id)?.[column] ?? null);
  };
}

function finite(value: number | string | null): Value {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function plain(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return finite(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Quantities that the server has to be asked for: those of metrics. */
export function toAsk(
  quantities: readonly Quantity[],
): { name: Quantity; key: string; stat: Stat }[] {
  return [...new Set(quantities)].flatMap((name) => {
    const part = metricPart(name);
    return part === null ? [] : [{ name, ...part }];
  });
}

/** Every quantity there is: of metrics, configs and the runs themselves. */
export function useQuantities({ keys, listed }: ShownRuns): Quantity[] {
  return useMemo(() => {
    const paths = new Set<string>();
    for (const run of listed) for (const path of run.config.keys()) paths.add(path);
    return [
      ...[...paths].map((path) => `config.${path}`),
      ...keys.flatMap((key) => STATS.map((stat) => `${stat}.${key}`)),
      "created",
      "duration",
    ];
  }, [keys, listed]);
}
