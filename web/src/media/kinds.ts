/**
 * The kinds of media that can be looked at. A file of this folder whose name is in small letters is
 * the viewer of the kind it is named after, and exports it as `viewer`. It is loaded when a panel of
 * its kind comes into sight, so that nobody waits for a molecule who looks at pictures.
 */

import { useQuery, type UseQueryResult } from "@tanstack/react-query";

import { Download } from "./Download";
import type { MediaKind } from "./viewer";

const files = import.meta.glob<{ viewer: MediaKind }>("./[a-z]*.tsx");

/** What is shown of a kind that this page does not know: its bytes, to be saved. */
const UNKNOWN: MediaKind = { Item: Download };

/** Is there a viewer of this kind? */
export function isKnown(kind: string): boolean {
  return `./${kind}.tsx` in files;
}

/** The viewer of a kind, fetched when it is first asked for. */
export async function loadKind(kind: string): Promise<MediaKind> {
  const load = files[`./${kind}.tsx`];
  return load === undefined ? UNKNOWN : (await load()).viewer;
}

/** The same for a component. */
export function useKind(kind: string): UseQueryResult<MediaKind> {
  return useQuery({
    queryKey: ["media", "viewer", kind],
    queryFn: () => loadKind(kind),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    structuralSharing: false, // Components are told apart by being the same.
    ...(isKnown(kind) ? {} : { initialData: UNKNOWN }),
  });
}
