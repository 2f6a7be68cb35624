/** Charts that people made: what they show, in plain values that can be kept and sent in a link. */

import { isObject } from "@/lib/flatten";
import { parseSearch } from "@/lib/search";

import { parseNames } from "./names";

/**
 * A number or word that each run has one of: `config.<path>`; `last.<key>`, `min.<key>`,
 * `max.<key>`, `mean.<key>` of a metric; or `created`, `duration`.
 */
export type Quantity = string;

export const STATS = ["last", "min", "max", "mean"] as const;
export type Stat = (typeof STATS)[number];
export const KINDS = ["line", "scatter", "bar", "parallel", "scalar"] as const;
export type Kind = (typeof KINDS)[number];
/** Of which runs: those whose eye is open, or all that the list shows. */
export const SCOPES = ["drawn", "listed"] as const;
export type Scope = (typeof SCOPES)[number];

interface Common {
  id: string;
  /** Empty: named by what it shows. */
  title: string;
  /** The section it stands in. */
  section: string;
}

/** Several metrics over one x. */
export interface LineChartDef extends Common {
  kind: "line";
  metrics: readonly string[];
  /** Metrics that this regular expression finds are drawn too; empty: none. */
  pattern: string;
}

export interface ScatterDef extends Common {
  kind: "scatter";
  x: Quantity;
  y: Quantity;
  /** By what points are coloured; empty: as the runs are. */
  color: Quantity;
  xLog: boolean;
  yLog: boolean;
  scope: Scope;
}

export interface BarDef extends Common {
  kind: "bar";
  value: Quantity;
  /** One bar per run, or per value of this: the mean of its runs. Empty: per run. */
  by: Quantity;
  scope: Scope;
}

export interface ParallelDef extends Common {
  kind: "parallel";
  columns: readonly Quantity[];
  /** What colours the lines, and what importance is asked for: the last column. */
  scope: Scope;
}

export interface ScalarDef extends Common {
  kind: "scalar";
  value: Quantity;
  /** What of the runs' values is shown large. */
  pick: (typeof PICKS)[number];
  scope: Scope;
}

export const PICKS = ["best-low", "best-high", "mean", "newest"] as const;

export type CustomChart = LineChartDef | ScatterDef | BarDef | ParallelDef | ScalarDef;
export type PanelDef = Exclude<CustomChart, LineChartDef>;

export const MOST_METRICS = 50;
export const MOST_PARALLEL = 16;
const LONGEST = 4200;

/** A chart out of anything, in a list of one; an empty list when it is none. */
export function parseCustom(value: unknown): CustomChart[] {
  if (!isObject(value)) return [];
  const id = text(value.id).slice(0, 64);
  if (id === "") return [];
  const common = {
    id,
    title: text(value.title).slice(0, 200),
    section: text(value.section).slice(0, 200),
  };
  const chart = parseKind(value, common);
  return chart === null ? [] : [chart];
}

function parseKind(value: Record<string, unknown>, common: Common): CustomChart | null {
  const scope = SCOPES.find((one) => one === value.scope) ?? "drawn";
  switch (value.kind) {
    case "line": {
      const metrics = list(value.metrics, MOST_METRICS);
      const pattern = text(value.pattern).slice(0, 1000);
      return metrics.length > 0 || pattern !== ""
        ? { ...common, kind: "line", metrics, pattern }
        : null;
    }
    case "scatter": {
      const [x, y, color] = [text(value.x), text(value.y), text(value.color)];
      const logs = { xLog: value.xLog === true, yLog: value.yLog === true };
      return x && y ? { ...common, kind: "scatter", x, y, color, ...logs, scope } : null;
    }
    case "bar": {
      const of = text(value.value);
      return of ? { ...common, kind: "bar", value: of, by: text(value.by), scope } : null;
    }
    case "parallel": {
      const columns = list(value.columns, MOST_PARALLEL);
      return columns.length > 1 ? { ...common, kind: "parallel", columns, scope } : null;
    }
    case "scalar": {
      const of = text(value.value);
      const pick = PICKS.find((one) => one === value.pick) ?? "newest";
      return of ? { ...common, kind: "scalar", value: of, pick, scope } : null;
    }
    default:
      return null;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, LONGEST) : "";
}

function list(value: unknown, most: number): string[] {
  return [...new Set(parseNames(value))].slice(0, most);
}

/** How the chart is called where people gave it no title. */
export function titleOf(chart: CustomChart): string {
  if (chart.title !== "") return chart.title;
  switch (chart.kind) {
    case "line":
      return [...chart.metrics, ...(chart.pattern === "" ? [] : [`/${chart.pattern}/`])].join(", ");
    case "scatter":
      return `${chart.y} × ${chart.x}`;
    case "bar":
      return chart.by === "" ? chart.value : `${chart.value} / ${chart.by}`;
    case "parallel":
      return chart.columns.join(" · ");
    case "scalar":
      return chart.value;
  }
}

/** The keys that a chart of several metrics draws, out of those there are. */
export function keysOf(chart: LineChartDef, keys: readonly string[]): string[] {
  const { matches } = parseSearch(chart.pattern);
  const named = new Set(chart.metrics);
  return keys
    .filter((key) => named.has(key) || (chart.pattern !== "" && matches(key)))
    .slice(0, MOST_METRICS);
}

/** Quantities a chart needs values of. */
export function quantitiesOf(chart: PanelDef): Quantity[] {
  switch (chart.kind) {
    case "scatter":
      return [chart.x, chart.y, ...(chart.color === "" ? [] : [chart.color])];
    case "bar":
      return [chart.value, ...(chart.by === "" ? [] : [chart.by])];
    case "parallel":
      return [...chart.columns];
    case "scalar":
      return [chart.value];
  }
}

/** The metric and what of it a quantity is; null where it is none of a metric. */
export function metricPart(quantity: Quantity): { stat: Stat; key: string } | null {
  const dot = quantity.indexOf(".");
  const stat = STATS.find((one) => one === quantity.slice(0, dot));
  return dot > 0 && stat ? { stat, key: quantity.slice(dot + 1) } : null;
}

/** An id for a new chart. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
