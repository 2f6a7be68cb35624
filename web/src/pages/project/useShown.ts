import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

import { FIRST, type ShownRule } from "./shown";

const ROUTE = "/@{$workspace}/$project";

/** Which runs are drawn, as the address says. */
export function useShown(): [ShownRule, (rule: ShownRule) => void] {
  const { first = FIRST, on, off } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const rule = useMemo(
    () => ({ first, on: new Set(on ?? []), off: new Set(off ?? []) }),
    [first, on, off],
  );
  const change = useCallback(
    (next: ShownRule) =>
      void navigate({
        search: (old) => ({
          ...old,
          first: next.first === FIRST ? undefined : next.first,
          on: next.on.size > 0 ? [...next.on] : undefined,
          off: next.off.size > 0 ? [...next.off] : undefined,
        }),
        replace: true,
      }),
    [navigate],
  );
  return [rule, change];
}
