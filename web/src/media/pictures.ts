/** Which address of a picture is asked for: as small as its frame, and the same for steps beside. */

import type { MediaEntry, MediaItem } from "@/api/messages";

import { blobUrl } from "./bytes";
import type { Size2 } from "./lens";
import type { MediaSource } from "./viewer";

/** Formats whose small version would be another thing: without movement, or not made at all. */
const WHOLE = new Set(["svg", "gif"]);

/** The size that the record tells; null: none. */
export function sizeSaid({ meta }: Pick<MediaItem, "meta">): Size2 | null {
  const [width, height] = [Number(meta.width), Number(meta.height)];
  return width > 0 && height > 0 ? { width, height } : null;
}

/** The address of a picture with at most `side` pixels to a side; one that is smaller as it is. */
export function pictureUrl(
  source: MediaSource,
  item: Pick<MediaItem, "meta" | "format">,
  digest: string,
  side: number | undefined,
): string {
  const said = sizeSaid(item);
  const small = said !== null && side !== undefined && Math.max(said.width, said.height) <= side;
  return blobUrl(source, digest, small || WHOLE.has(item.format) ? undefined : side);
}

/** At which side the pictures of a series are shown now. */
const shown = new Map<string, number | undefined>();

const nameOf = ({ run, key }: MediaSource) => `${run} ${key}`;

/** Remember the side at which pictures of a series are shown, for those of the steps beside. */
export function rememberSide(source: MediaSource, side: number | undefined): void {
  shown.set(nameOf(source), side);
}

/** Pictures of one entry that are fetched ahead. */
const AHEAD = 24;

/** Fetch the pictures of an entry, so that they are there when the slider comes to it. */
export function readyPictures(source: MediaSource, { kind, items }: MediaEntry): void {
  const name = nameOf(source);
  if (kind !== "image" || !shown.has(name)) return;
  for (const item of items.slice(0, AHEAD)) {
    if (item.digest === null) continue;
    const image = new Image();
    image.src = pictureUrl(source, item, item.digest, shown.get(name));
  }
}
