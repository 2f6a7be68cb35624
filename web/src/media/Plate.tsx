import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { theme } from "@/charts/palette";
import { cn } from "@/lib/classes";

import { sideFor } from "./bytes";
import { FITTED, type Lens, lieOf, type Size2 } from "./lens";
import { drawBoxes, type Overlays, overlaysOf } from "./overlays";
import { Picture } from "./Picture";
import { pictureUrl, rememberSide, sizeSaid } from "./pictures";
import { useMasks } from "./useMasks";
import { useView } from "./view";
import type { ItemViewerProps } from "./viewer";

const EMPTY: readonly string[] = [];
/** Screen pixels for one of the picture from which on it is drawn as the squares it consists of. */
const SQUARES = 1.5;

export interface PlateProps extends ItemViewerProps {
  digest: string;
  lens?: Lens;
  /** Told the size of the picture and of the frame, where a lens is moved. */
  onSizes?: (frame: Size2, picture: Size2) => void;
  className?: string;
}

/** A picture as large as its frame lets it be, with what lies over it. */
export function Plate(props: PlateProps) {
  const { source, item, full, digest, lens = FITTED, onSizes, className } = props;
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const frame = useFrame(box);
  const said = useMemo(() => sizeSaid(item), [item]);
  const [seen, setSeen] = useState<Size2 | null>(null);
  const picture = said ?? seen;
  const overlays = useMemo(() => overlaysOf(item), [item]);
  useEffect(() => {
    if (frame && picture) onSizes?.(frame, picture);
  }, [frame, picture, onSizes]);
  const lie = frame && picture ? lieOf(frame, picture, lens) : null;
  const magnified = lie && picture ? lie.width / picture.width >= SQUARES : false;
  const side =
    full || frame === null
      ? undefined
      : sideFor(Math.max(frame.width, frame.height), devicePixelRatio);
  useEffect(() => {
    if (!full && frame !== null) rememberSide(source, side);
  }, [source, full, frame, side]);
  const covered = overlays.boxes.length + overlays.masks.length > 0;
  return (
    <div ref={box} className={cn("relative h-full w-full overflow-hidden", className)}>
      {frame && (
        <Picture
          url={pictureUrl(source, item, digest, side)}
          alt={item.caption ?? t("media.pictureOf", { name: source.key })}
          onShown={(image) => setSeen({ width: image.naturalWidth, height: image.naturalHeight })}
          className={cn(
            "absolute top-0 left-0 max-w-none select-none",
            lie === null && "invisible",
          )}
          style={{
            ...(lie && {
              width: lie.width,
              height: lie.height,
              transform: `translate(${lie.x}px, ${lie.y}px)`,
            }),
            imageRendering: magnified ? "pixelated" : "auto",
          }}
        />
      )}
      {covered && frame && picture && lie && (
        <Cover
          source={source}
          overlays={overlays}
          frame={frame}
          lie={{ ...lie, pixelsWide: picture.width, pixelsHigh: picture.height }}
          words={full}
        />
      )}
    </div>
  );
}

function useFrame(box: React.RefObject<HTMLElement | null>): Size2 | null {
  const [frame, setFrame] = useState<Size2 | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setFrame((now) =>
        now?.width === width && now.height === height
          ? now
          : width * height > 0
            ? { width, height }
            : now,
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return frame;
}

interface CoverProps {
  source: PlateProps["source"];
  overlays: Overlays;
  frame: Size2;
  lie: ReturnType<typeof lieOf> & { pixelsWide: number; pixelsHigh: number };
  words: boolean;
}

/** Boxes and masks, drawn anew whenever the picture lies otherwise, so that lines stay thin. */
function Cover({ source, overlays, frame, lie, words }: CoverProps) {
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const off = useView(({ panels }) => panels[source.key]?.off) ?? EMPTY;
  const least = useView(({ panels }) => panels[source.key]?.least);
  const hidden = useMemo(() => new Set(off), [off]);
  const { masks, failed } = useMasks(source, overlays.masks, hidden);
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (!pen) return;
    const density = devicePixelRatio;
    pen.canvas.width = Math.round(frame.width * density);
    pen.canvas.height = Math.round(frame.height * density);
    pen.setTransform(density, 0, 0, density, 0, 0);
    pen.imageSmoothingEnabled = false;
    for (const mask of masks) pen.drawImage(mask, lie.x, lie.y, lie.width, lie.height);
    const { font } = theme();
    drawBoxes(pen, { overlays, chosen: { off: hidden, least }, lie, words, font });
  });
  return (
    <>
      <canvas
        ref={canvas}
        aria-hidden
        data-boxes={overlays.boxes.length}
        data-masks={masks.length}
        className="pointer-events-none absolute inset-0 h-full w-full"
      />
      {failed.length > 0 && (
        <span className="absolute bottom-0 left-0 bg-panel px-1 text-tiny text-warn">
          {t("media.badMask", { names: failed.join(", ") })}
        </span>
      )}
    </>
  );
}
