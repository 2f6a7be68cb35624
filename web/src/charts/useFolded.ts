import { useMemo } from "react";

import { useStored } from "@/lib/stored";

import { parseNames } from "./names";

/** Sections that were turned over, kept under `name`, for pages whose sections are not arranged. */
export function useFolded(name: string): [ReadonlySet<string>, (id: string) => void] {
  const [stored, store] = useStored(name);
  const folded = useMemo(() => new Set(parseNames(stored)), [stored]);
  const turn = (id: string) => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    store(next.size ? JSON.stringify([...next]) : null);
  };
  return [folded, turn];
}
