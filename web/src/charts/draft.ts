/** A chart that is being made: every field of every kind, so that switching kinds loses nothing. */

import {
  type CustomChart,
  type Kind,
  keysOf,
  type PICKS,
  type Quantity,
  type Scope,
} from "./custom";

export interface Draft {
  kind: Kind;
  title: string;
  section: string;
  metrics: readonly string[];
  pattern: string;
  x: Quantity;
  y: Quantity;
  color: Quantity;
  xLog: boolean;
  yLog: boolean;
  value: Quantity;
  by: Quantity;
  columns: readonly Quantity[];
  pick: (typeof PICKS)[number];
  scope: Scope;
}

const EMPTY: Draft = {
  kind: "line",
  title: "",
  section: "",
  metrics: [],
  pattern: "",
  x: "",
  y: "",
  color: "",
  xLog: false,
  yLog: false,
  value: "",
  by: "",
  columns: [],
  pick: "best-low",
  scope: "listed",
};

export function draftOf(chart: CustomChart | null): Draft {
  return { ...EMPTY, ...chart };
}

export type DraftProblem =
  | { kind: "noMetrics" | "noMatch" | "twoColumns" }
  /** No run has this quantity; an empty name: none was chosen. */
  | { kind: "unknown"; name: string };

/** What keeps a draft from being a chart; null: nothing. */
export function problemOf(
  draft: Draft,
  keys: readonly string[],
  quantities: readonly Quantity[],
): DraftProblem | null {
  const known = new Set(quantities);
  const unknown = (names: readonly Quantity[]): DraftProblem | null => {
    const name = names.find((one) => !known.has(one));
    return name === undefined ? null : { kind: "unknown", name };
  };
  const also = (name: Quantity) => (name === "" ? [] : [name]);
  switch (draft.kind) {
    case "line": {
      const { metrics, pattern } = draft;
      if (metrics.length === 0 && pattern.trim() === "") return { kind: "noMetrics" };
      const found = keysOf(
        { id: "", title: "", section: "", kind: "line", metrics, pattern },
        keys,
      );
      return found.length === 0 ? { kind: "noMatch" } : null;
    }
    case "scatter":
      return unknown([draft.x, draft.y, ...also(draft.color)]);
    case "bar":
      return unknown([draft.value, ...also(draft.by)]);
    case "parallel":
      return draft.columns.length < 2 ? { kind: "twoColumns" } : unknown(draft.columns);
    case "scalar":
      return unknown([draft.value]);
  }
}
