import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";

import { isObject } from "@/lib/flatten";
import { useStored } from "@/lib/stored";

/** Which columns the table has beside those of every table, and how they stand. */
export interface Columns {
  hidden: ReadonlySet<string>;
  /** Those that stand first, in this order; the others follow as they are. */
  order: readonly string[];
  /** Those that stay at the left. */
  pinned: readonly string[];
  /** Columns that were asked for: `min.loss`. */
  stats: readonly string[];
}

const NAMES = ["hide", "order", "pinned", "stats"] as const;
type Told = Partial<Record<(typeof NAMES)[number], string[]>>;

function parse(text: string | null): Told {
  let told: unknown = null;
  try {
    told = JSON.parse(text ?? "null");
  } catch {
    return {}; // Not ours, or from another version: the columns are as they come.
  }
  if (!isObject(told)) return {};
  const found = told;
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = found[name];
      return Array.isArray(value) ? [[name, value.filter((id) => typeof id === "string")]] : [];
    }),
  ) as Told;
}

/**
 * Columns of the project `place`: as the address says, else (and where no saved view is shown) as
 * this browser remembers. A change goes to both, so that a copied link shows the same.
 */
export function useColumns(place: string): [Columns, (change: Partial<Columns>) => void] {
  const { hide, order, pinned, stats, view } = useSearch({ from: "/@{$workspace}/$project" });
  const navigate = useNavigate({ from: "/@{$workspace}/$project" });
  const [stored, store] = useStored(`columns.${place}`);
  const columns = useMemo<Columns>(() => {
    const kept = view === undefined ? parse(stored) : {};
    return {
      hidden: new Set(hide ?? kept.hide),
      order: order ?? kept.order ?? [],
      pinned: pinned ?? kept.pinned ?? [],
      stats: stats ?? kept.stats ?? [],
    };
  }, [hide, order, pinned, stats, view, stored]);
  const linked = [hide, order, pinned, stats, view].some((said) => said !== undefined);
  // What was remembered stands in the address too, so that copying it shares this view.
  useEffect(() => {
    const kept = linked ? {} : parse(stored);
    if (Object.keys(kept).length > 0)
      void navigate({ search: (old) => ({ ...old, ...kept }), replace: true });
  }, [linked, stored, navigate]);
  const change = (part: Partial<Columns>) => {
    const next = { ...columns, ...part };
    const told: Told = {
      hide: [...next.hidden].toSorted(),
      order: [...next.order],
      pinned: [...next.pinned],
      stats: [...next.stats],
    };
    const said = Object.fromEntries(
      NAMES.map((name) => [name, (told[name]?.length ?? 0) > 0 ? told[name] : undefined]),
    );
    if (view === undefined)
      store(Object.values(said).some((ids) => ids !== undefined) ? JSON.stringify(said) : null);
    void navigate({ search: (old) => ({ ...old, ...said }), replace: true });
  };
  return [columns, change];
}
