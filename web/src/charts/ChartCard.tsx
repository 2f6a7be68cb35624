import { Download, Maximize2, Pin, PinOff, ZoomOut } from "lucide-react";
import { memo, useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { buttonClass } from "@/components/ui/button";
import { MenuItem, MenuPopup, MenuRoot, MenuTrigger } from "@/components/ui/menu";
import { cn } from "@/lib/classes";

import { savePicture, savePoints } from "./export";
import type { Feed } from "./feed";
import { LineChart } from "./LineChart";
import type { Plot } from "./plot";
import type { ChartSpec, Zoom } from "./spec";
import type { Zooms } from "./zooms";

export interface ChartCardProps {
  feed: Feed;
  place: { workspace: string; project: string };
  spec: ChartSpec;
  syncKey: string;
  zooms: Zooms;
  onOpen: (spec: ChartSpec) => void;
  onSymlog: () => void;
  onWhole: () => void;
  pinned: boolean;
  /** Pin the chart of this name to the top, or let go of it; missing: these cannot be pinned. */
  onPin?: (title: string) => void;
}

/** A chart in its frame: name, plot, and on hover what one can do with it. */
export const ChartCard = memo(function ChartCard(props: ChartCardProps) {
  const { feed, place, spec, syncKey, zooms, onOpen, onSymlog, onWhole, pinned, onPin } = props;
  const { t } = useTranslation();
  const plot = useRef<Plot | null>(null);
  const value = useRef<HTMLSpanElement>(null);
  const [zoom, setZoom] = useZoom(zooms, spec);
  const showValue = useCallback((text: string | null) => {
    if (value.current) value.current.textContent = text ?? "";
  }, []);
  const zoomOut = useCallback(() => setZoom(null), [setZoom]);
  return (
    <article
      aria-label={spec.title}
      className="group flex h-full min-w-0 flex-col rounded border border-line bg-panel pt-1.5 pr-1 pb-0.5 pl-2.5"
    >
      <header className="relative flex h-6 shrink-0 items-center gap-2">
        <Title text={spec.title} />
        <span
          ref={value}
          aria-hidden
          className="h-5 w-20 shrink-0 pr-2 text-right text-small text-ink-2 will-change-transform [contain:strict] group-hover:invisible"
        />
        <Actions spec={spec} place={place} plot={plot} onOpen={onOpen}>
          {zoom && (
            <IconButton label={t("charts.zoomOut")} onClick={zoomOut}>
              <ZoomOut aria-hidden />
            </IconButton>
          )}
          {onPin && (
            <IconButton
              label={t(pinned ? "charts.unpin" : "charts.pin")}
              onClick={() => onPin(spec.title)}
            >
              {pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
            </IconButton>
          )}
        </Actions>
      </header>
      <div className="min-h-0 grow">
        <LineChart
          feed={feed}
          spec={spec}
          syncKey={syncKey}
          zoom={zoom}
          onZoom={setZoom}
          onValue={showValue}
          plotRef={plot}
          onSymlog={onSymlog}
          onWhole={onWhole}
        />
      </div>
    </article>
  );
});

/** A card's zoom, which outlives the card's leaving and coming back into sight. */
function useZoom(
  zooms: Zooms,
  { x, title }: ChartSpec,
): [Zoom | null, (zoom: Zoom | null) => void] {
  const [state, setState] = useState(() => ({ x, title, zoom: zooms.get(x, title) }));
  const set = useCallback(
    (zoom: Zoom | null) => {
      zooms.set(x, title, zoom);
      setState({ x, title, zoom });
    },
    [zooms, x, title],
  );
  // Another axis has another zoom.
  const other = useMemo(() => zooms.get(x, title), [zooms, x, title]);
  return [state.x === x && state.title === title ? state.zoom : other, set];
}

/** A name whose middle gives way, so that its end, which tells keys apart, stays. */
function Title({ text }: { text: string }) {
  const letters = Array.from(text);
  const cut = letters.length > 24 ? letters.length - 12 : letters.length;
  return (
    <h3 title={text} className="flex min-w-0 grow text-small font-semibold">
      <span className="truncate whitespace-pre">{letters.slice(0, cut).join("")}</span>
      <span className="shrink-0 whitespace-pre">{letters.slice(cut).join("")}</span>
    </h3>
  );
}

interface ActionsProps {
  spec: ChartSpec;
  place: { workspace: string; project: string };
  plot: React.RefObject<Plot | null>;
  onOpen: (spec: ChartSpec) => void;
  children: React.ReactNode;
}

function Actions({ spec, place, plot, onOpen, children }: ActionsProps) {
  const { t } = useTranslation();
  return (
    <div className="absolute right-0 flex rounded bg-panel pl-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-[[data-popup-open]]:opacity-100 pointer-coarse:opacity-100">
      {children}
      <DownloadMenu spec={spec} place={place} plot={plot} />
      <IconButton label={t("charts.fullScreen")} onClick={() => onOpen(spec)}>
        <Maximize2 aria-hidden />
      </IconButton>
    </div>
  );
}

/** Save the picture or the points of a chart. */
export function DownloadMenu({ spec, place, plot }: Omit<ActionsProps, "onOpen" | "children">) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState<string | null>(null);
  const points = () => {
    setFailed(null);
    savePoints(place, spec).catch((error: unknown) => setFailed(String(error)));
  };
  const label = t("charts.download");
  return (
    <MenuRoot>
      <MenuTrigger
        aria-label={failed ?? label}
        title={failed ?? label}
        className={cn("size-6", failed !== null && "text-bad")}
      >
        <Download aria-hidden />
      </MenuTrigger>
      <MenuPopup>
        <MenuItem onClick={() => savePicture(plot.current, spec)}>{t("charts.png")}</MenuItem>
        <MenuItem onClick={points}>{t("charts.csv")}</MenuItem>
      </MenuPopup>
    </MenuRoot>
  );
}

interface IconButtonProps {
  label: string;
  onClick: () => void;
  children: React.ReactNode;
}

export function IconButton({ label, onClick, children }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className={cn(buttonClass("quiet", "icon"), "size-6")}
    >
      {children}
    </button>
  );
}
