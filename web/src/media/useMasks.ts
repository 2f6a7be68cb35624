import { useEffect, useState } from "react";

import { blobUrl } from "./bytes";
import { type Overlays, paintMask } from "./overlays";
import type { MediaSource } from "./viewer";

/** Pixels of a mask that are painted; larger ones are painted at this size. */
const MOST = 4_000_000;

async function painted(
  url: string,
  mask: Overlays["masks"][number],
  off: ReadonlySet<string>,
): Promise<HTMLCanvasElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const shrink = Math.min(1, Math.sqrt(MOST / (image.naturalWidth * image.naturalHeight)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * shrink));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * shrink));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (pen === null) return canvas;
  pen.imageSmoothingEnabled = false; // Between two classes there is no third one.
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
  pen.putImageData(
    new ImageData(paintMask(data, mask.name, mask.labels, off), width, height),
    0,
    0,
  );
  return canvas;
}

export interface PaintedMasks {
  masks: readonly HTMLCanvasElement[];
  /** Names of those that could not be read. */
  failed: readonly string[];
}

const NONE: PaintedMasks = { masks: [], failed: [] };

/** The masks of a picture in the colours of their classes; empty until they are there. */
export function useMasks(
  source: MediaSource,
  masks: Overlays["masks"],
  off: ReadonlySet<string>,
): PaintedMasks {
  const [made, setMade] = useState(NONE);
  useEffect(() => {
    let live = true;
    const there = masks.flatMap((mask) =>
      mask.digest === null ? [] : { ...mask, digest: mask.digest },
    );
    if (there.length === 0) return undefined;
    void Promise.allSettled(
      there.map((mask) => painted(blobUrl(source, mask.digest), mask, off)),
    ).then((found) => {
      if (!live) return;
      setMade({
        masks: found.flatMap((one) => (one.status === "fulfilled" ? one.value : [])),
        failed: there.flatMap(({ name }, i) => (found[i]?.status === "rejected" ? name : [])),
      });
    });
    return () => {
      live = false;
    };
  }, [source, masks, off]);
  return masks.length === 0 ? NONE : made;
}
