import { Maximize, Minus, Plus } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { IconButton } from "@/components/ui/icon-button";

import { atPixels, FITTED, type Lens, moved, type Size2, zoomedAt } from "./lens";
import { NotReady } from "./NotReady";
import { OverlayLegend } from "./OverlayLegend";
import { Plate } from "./Plate";
import type { ItemViewerProps, MediaKind, PairViewerProps } from "./viewer";

function Image(props: ItemViewerProps) {
  const { item, full } = props;
  if (item.digest === null)
    return (
      <NotReady
        held={item.error === null ? { state: "coming" } : { state: "lost", reason: item.error }}
      />
    );
  if (!full) return <Plate {...props} digest={item.digest} />;
  return <Zoomable>{(lens, sizes) => <Plated {...props} lens={lens} onSizes={sizes} />}</Zoomable>;
}

interface PlatedProps extends Omit<ItemViewerProps, "full"> {
  lens: Lens;
  onSizes?: ((frame: Size2, picture: Size2) => void) | undefined;
}

function Plated({ lens, onSizes, ...props }: PlatedProps) {
  const { digest, error } = props.item;
  if (digest === null)
    return (
      <NotReady held={error === null ? { state: "coming" } : { state: "lost", reason: error }} />
    );
  return <Plate {...props} full digest={digest} lens={lens} {...(onSizes ? { onSizes } : {})} />;
}

interface Sizes {
  frame: Size2;
  picture: Size2;
}

interface ZoomableProps {
  children: (lens: Lens, sizes: (frame: Size2, picture: Size2) => void) => React.ReactNode;
}

const STEP = 1.4;

/** A place in which a picture is enlarged by wheel, keys and pinching, and moved by dragging. */
function Zoomable({ children }: ZoomableProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const [lens, setLens] = useState(FITTED);
  const [sizes, setSizes] = useState<Sizes | null>(null);
  const keep = useCallback(
    (frame: Size2, picture: Size2) =>
      setSizes((now) =>
        now?.frame === frame && now.picture === picture ? now : { frame, picture },
      ),
    [],
  );
  useGestures(box, sizes, setLens);
  const by = (factor: number) =>
    sizes &&
    setLens((now) => {
      const middle = { x: sizes.frame.width / 2, y: sizes.frame.height / 2 };
      return zoomedAt(now, factor, middle, sizes.frame, sizes.picture);
    });
  const whole = () => sizes && setLens(atPixels(1 / devicePixelRatio, sizes.frame, sizes.picture));
  return (
    <div className="relative h-full min-h-0">
      <div
        ref={box}
        data-zoom={lens.scale.toFixed(2)}
        className="h-full cursor-grab touch-none overflow-hidden bg-sunken active:cursor-grabbing"
      >
        {children(lens, keep)}
      </div>
      <div
        role="group"
        aria-label={t("media.zoom")}
        className="absolute right-2 bottom-2 flex rounded border border-line bg-panel"
      >
        <IconButton label={t("media.smaller")} onClick={() => by(1 / STEP)}>
          <Minus aria-hidden />
        </IconButton>
        <IconButton label={t("media.larger")} onClick={() => by(STEP)}>
          <Plus aria-hidden />
        </IconButton>
        <IconButton label={t("media.pixels")} onClick={whole}>
          <span aria-hidden className="text-tiny">
            1:1
          </span>
        </IconButton>
        <IconButton label={t("media.fit")} onClick={() => setLens(FITTED)}>
          <Maximize aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

type SetLens = React.Dispatch<React.SetStateAction<Lens>>;

function useGestures(
  box: React.RefObject<HTMLElement | null>,
  sizes: Sizes | null,
  setLens: SetLens,
): void {
  useEffect(() => {
    const element = box.current;
    if (element === null || sizes === null) return undefined;
    const { frame, picture } = sizes;
    const fingers = new Map<number, { x: number; y: number }>();
    const at = (event: MouseEvent) => {
      const { left, top } = element.getBoundingClientRect();
      // Two frames may stand beside each other: each point counts within its own.
      return { x: (event.clientX - left) % frame.width, y: (event.clientY - top) % frame.height };
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const point = at(event);
      setLens((now) => zoomedAt(now, Math.exp(-event.deltaY / 300), point, frame, picture));
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, at(event));
    };
    const move = (event: PointerEvent) => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const now = at(event);
      fingers.set(event.pointerId, now);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other === undefined) {
        setLens((lens) => moved(lens, now.x - before.x, now.y - before.y, frame, picture));
        return;
      }
      const span = (point: { x: number; y: number }) =>
        Math.hypot(point.x - other.x, point.y - other.y) || 1;
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      setLens((lens) => zoomedAt(lens, span(now) / span(before), middle, frame, picture));
    };
    const up = (event: PointerEvent) => fingers.delete(event.pointerId);
    const twice = (event: MouseEvent) => {
      const point = at(event);
      setLens((now) => (now.scale > 1 ? FITTED : zoomedAt(now, 4, point, frame, picture)));
    };
    const stop = new AbortController();
    const { signal } = stop;
    element.addEventListener("wheel", wheel, { passive: false, signal });
    element.addEventListener("pointerdown", down, { signal });
    element.addEventListener("pointermove", move, { signal });
    element.addEventListener("pointerup", up, { signal });
    element.addEventListener("pointercancel", up, { signal });
    element.addEventListener("dblclick", twice, { signal });
    return () => stop.abort();
  }, [box, sizes, setLens]);
}

/** Two pictures beside each other under one lens, or one over the other with a cut that is moved. */
function Pair({ first, second, how }: PairViewerProps) {
  const { t } = useTranslation();
  const [cut, setCut] = useState(50);
  const swiped = useMemo(() => ({ clipPath: `inset(0 0 0 ${cut}%)` }), [cut]);
  if (how !== "swipe")
    return (
      <Zoomable>
        {(lens, sizes) => (
          <div className="grid h-full grid-cols-2 max-sm:grid-cols-1 max-sm:grid-rows-2">
            <Plated {...first} lens={lens} onSizes={sizes} />
            <div className="min-h-0 min-w-0 border-line sm:border-l">
              <Plated {...second} lens={lens} />
            </div>
          </div>
        )}
      </Zoomable>
    );
  return (
    <div className="flex h-full flex-col gap-1">
      <div className="relative min-h-0 grow">
        <Zoomable>
          {(lens, sizes) => (
            <>
              <Plated {...first} lens={lens} onSizes={sizes} />
              <div className="absolute inset-0 bg-sunken" style={swiped}>
                <Plated {...second} lens={lens} />
              </div>
              <div
                className="pointer-events-none absolute inset-y-0 w-0.5 bg-accent"
                style={{ left: `calc(${cut}% - 1px)` }}
              />
            </>
          )}
        </Zoomable>
      </div>
      <input
        type="range"
        min={0}
        max={100}
        step={0.5}
        value={cut}
        aria-label={t("media.cut")}
        aria-valuetext={`${cut} %`}
        onChange={(event) => setCut(Number(event.target.value))}
        className="h-4 w-full shrink-0 cursor-pointer accent-(--accent)"
      />
    </div>
  );
}

export const viewer: MediaKind = {
  Item: Image,
  Pair: { ways: ["side", "swipe"], View: Pair },
  Legend: OverlayLegend,
  ratio: ({ meta }) => Number(meta.width) / Number(meta.height) || 1,
};
