import { useQuery } from "@tanstack/react-query";

/** Of decoded sounds: enough to draw, whatever they were recorded at. */
const RATE = 44_100;

/** The samples of a sound; null bytes: none yet. What the browser cannot decode is an error. */
export function useDecoded(bytes: ArrayBuffer | null) {
  return useQuery({
    queryKey: ["media", "sound", bytes === null ? 0 : idOf(bytes)],
    // It takes the buffer away, which others may hold.
    queryFn: () =>
      new OfflineAudioContext(1, 1, RATE).decodeAudioData((bytes as ArrayBuffer).slice(0)),
    enabled: bytes !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
    structuralSharing: false,
    retry: false,
  });
}

const ids = new WeakMap<ArrayBuffer, number>();
let next = 0;

/** A number for a buffer, the same as long as it lives. */
function idOf(bytes: ArrayBuffer): number {
  let id = ids.get(bytes);
  if (id === undefined) {
    next += 1;
    id = next;
    ids.set(bytes, id);
  }
  return id;
}
