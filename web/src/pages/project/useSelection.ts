import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";

/** Runs chosen for doing something with all of them; only such as are found. */
export interface Selection {
  ids: ReadonlySet<string>;
  /** Is every run that is found selected? */
  all: boolean;
  /** Select a run or not; with `range` all runs from the one chosen before. */
  toggle: (id: string, range: boolean) => void;
  toggleAll: () => void;
  clear: () => void;
}

/** Every id between two, both included, in the order of the list. */
export function between(ordered: readonly string[], from: string, to: string): string[] {
  const [a, b] = [ordered.indexOf(from), ordered.indexOf(to)];
  return a < 0 || b < 0 ? [to] : ordered.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** `ordered`: the runs that are found, as they stand. The result is the same until it changes. */
export function useSelection(ordered: readonly string[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set());
  const last = useRef<string | null>(null);
  const order = useRef(ordered);
  useLayoutEffect(() => void (order.current = ordered));
  const ids = useMemo(
    () => (chosen.size === 0 ? chosen : new Set(ordered.filter((id) => chosen.has(id)))),
    [ordered, chosen],
  );
  const toggle = useCallback((id: string, range: boolean) => {
    const from = last.current;
    last.current = id;
    setChosen((old) => {
      const next = new Set(old);
      const wanted = range && from !== null ? from : id;
      // A range becomes what its beginning is; one run the opposite of what it was.
      const select = wanted === id ? !old.has(id) : old.has(wanted);
      for (const one of between(order.current, wanted, id))
        if (select) next.add(one);
        else next.delete(one);
      return next;
    });
  }, []);
  const all = ordered.length > 0 && ids.size === ordered.length;
  const toggleAll = useCallback(() => setChosen(all ? new Set() : new Set(order.current)), [all]);
  const clear = useCallback(() => setChosen(new Set()), []);
  return useMemo(
    () => ({ ids, all, toggle, toggleAll, clear }),
    [ids, all, toggle, toggleAll, clear],
  );
}
