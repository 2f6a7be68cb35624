import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";

import { useStored } from "@/lib/stored";

import { parseNames } from "./names";

/**
 * The charts pinned to the top of a project, by their keys in the order they were pinned: as the
 * address says, else as this browser remembers. A change goes to both, so that a link shows the same.
 */
export function usePins(
  workspace: string,
  project: string,
): [readonly string[], (key: string) => void] {
  const { pin, view }: { pin?: unknown; view?: unknown } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [stored, store] = useStored(`pins.${workspace}/${project}`);
  const linked = useMemo(() => (pin === undefined ? null : parseNames(pin)), [pin]);
  // A saved view is as it was saved, whatever this browser remembers.
  const kept = useMemo(() => (view === undefined ? parseNames(stored) : []), [view, stored]);
  const pins = linked ?? kept;
  const show = useCallback(
    (keys: readonly string[]) =>
      void navigate({
        to: ".",
        search: (old) => ({ ...old, pin: keys.length === 0 ? undefined : [...keys] }),
        replace: true,
      }),
    [navigate],
  );
  // What was remembered stands in the address too, so that copying it shares this view.
  useEffect(() => {
    if (linked === null && kept.length > 0) show(kept);
  }, [linked, kept, show]);
  const toggle = useCallback(
    (key: string) => {
      const next = pins.includes(key) ? pins.filter((one) => one !== key) : [...pins, key];
      store(next.length === 0 ? null : JSON.stringify(next));
      show(next);
    },
    [pins, store, show],
  );
  return [pins, toggle];
}
