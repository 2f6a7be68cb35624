import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { useStored } from "@/lib/stored";

function parse(text: string | null): string[] {
  try {
    const ids: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    return []; // Not ours, or from another version: all columns are shown.
  }
}

/**
 * Hidden columns of the project `place`: as the address says, else as this browser remembers. A
 * change goes to both, so that a copied link shows the same.
 */
export function useHidden(
  place: string,
): [ReadonlySet<string>, (hidden: ReadonlySet<string>) => void] {
  const { hide } = useSearch({ from: "/@{$workspace}/$project" });
  const navigate = useNavigate({ from: "/@{$workspace}/$project" });
  const [stored, store] = useStored(`hidden.${place}`);
  const hidden = useMemo(() => new Set(hide ?? parse(stored)), [hide, stored]);
  const change = (next: ReadonlySet<string>) => {
    const ids = [...next].toSorted();
    store(ids.length === 0 ? null : JSON.stringify(ids));
    void navigate({
      search: (old) => ({ ...old, hide: ids.length === 0 ? undefined : ids }),
      replace: true,
    });
  };
  return [hidden, change];
}
