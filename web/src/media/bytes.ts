/** The bytes of media: where they are, and fetching those that a viewer reads itself. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, mediaUrl } from "@/api/client";
import type { MediaItem } from "@/api/messages";

import type { MediaSource } from "./viewer";

type Of = Pick<MediaSource, "workspace" | "project" | "run">;

/** Address of a blob; `width` asks for a picture of at most so many pixels to a side. */
export function blobUrl(source: Of, digest: string, width?: number): string {
  return mediaUrl(source.workspace, source.project, source.run, digest, width);
}

/** Sides that small pictures are made in, so that many cards share one. */
const SIDES = [128, 256, 512, 1024, 2048];

/** The side to ask for so that a picture `pixels` wide on the page is sharp; undefined: the whole. */
export function sideFor(pixels: number, density = 1): number | undefined {
  return SIDES.find((side) => side >= pixels * Math.min(density, 2));
}

/** How far the bytes of an item are. */
export type Held<T> =
  | { state: "ready"; value: T }
  /** They are being fetched. */
  | { state: "loading" }
  /** The training has not sent them yet; the page asks again by itself. */
  | { state: "coming" }
  /** They will not come; the server says why. */
  | { state: "lost"; reason: string }
  /** Not fetched, or not what it should be: then trying again is of no use. */
  | { state: "failed"; error: unknown; retry: (() => void) | null };

type Place = Pick<MediaItem, "text" | "digest" | "error">;

/** Are the bytes of this item still on their way from the training? */
export function isComing({ text, digest, error }: Place): boolean {
  return text === null && digest === null && error === null;
}

/** The bytes of a blob; null asks for nothing. Another content has another digest: kept for good. */
function useBlob(source: Of, digest: string | null) {
  const { workspace, project, run } = source;
  return useQuery({
    queryKey: ["media", "blob", workspace, project, run, digest],
    queryFn: ({ signal }) => api.mediaBytes(workspace, project, run, digest ?? "", signal),
    enabled: digest !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
  });
}

/** The bytes of an item that is a blob. */
export function useBytes(source: Of, item: Place): Held<ArrayBuffer> {
  const blob = useBlob(source, item.text === null ? item.digest : null);
  if (blob.data !== undefined) return { state: "ready", value: blob.data };
  if (item.digest !== null) {
    if (blob.error === null) return { state: "loading" };
    return { state: "failed", error: blob.error, retry: () => void blob.refetch() };
  }
  if (item.error !== null) return { state: "lost", reason: item.error };
  return { state: "coming" };
}

/** The text of an item, whether it stands in the answer or is a blob. */
export function useText(source: Of, item: Place): Held<string> {
  const held = useBytes(source, item);
  const bytes = held.state === "ready" ? held.value : null;
  const text = useMemo(
    () => item.text ?? (bytes === null ? null : new TextDecoder().decode(bytes)),
    [item.text, bytes],
  );
  if (text !== null) return { state: "ready", value: text };
  return held as Exclude<typeof held, { state: "ready" }>;
}

/**
 * What the text of an item means, by `parse`, which may throw: then the state is `failed`. Give a
 * function that stays the same.
 */
export function useParsed<T>(source: Of, item: Place, parse: (text: string) => T): Held<T> {
  const text = useText(source, item);
  const value = text.state === "ready" ? text.value : null;
  const parsed = useMemo((): Held<T> | null => {
    if (value === null) return null;
    try {
      return { state: "ready", value: parse(value) };
    } catch (error) {
      return { state: "failed", error, retry: null };
    }
  }, [value, parse]);
  return parsed ?? (text as Exclude<Held<string>, { state: "ready" }>);
}
