import { Download, Maximize2, Pin, PinOff, ZoomOut } from "lucide-react";
import { lazy, memo, Suspense, useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { IconButton } from "@/components/ui/icon-button";
import { MenuItem, MenuPopup, MenuRoot, MenuTrigger } from "@/components/ui/menu";
import { cn } from "@/lib/classes";

import { useArranged } from "./arranging";
import { CardMenu, type SectionPlace } from "./CardMenu";
import { dragProps } from "./dragging";
import { saveDrawing, savePicture, savePoints } from "./export";
import type { Feed } from "./feed";
import { LineChart } from "./LineChart";
import type { Picture } from "./picture";
import { type ChartSpec, idOf, type Zoom } from "./spec";
import type { Zooms } from "./zooms";

const Panel = lazy(() => import("./panels/Panel"));

export interface ChartCardProps {
  feed: Feed;
  place: { workspace: string; project: string };
  spec: ChartSpec;
  /** The section it stands in, and who stands beside it. */
  section: SectionPlace;
  syncKey: string;
  zooms: Zooms;
  onOpen: (spec: ChartSpec) => void;
  onSymlog: () => void;
  onWhole: () => void;
}

/** A chart in its frame: name, plot, and on hover what one can do with it. */
export const ChartCard = memo(function ChartCard(props: ChartCardProps) {
  const { spec, section } = props;
  const value = useRef<HTMLSpanElement>(null);
  const showValue = useCallback((text: string | null) => {
    if (value.current) value.current.textContent = text ?? "";
  }, []);
  const plot = useRef<Picture | null>(null);
  const [zoom, setZoom] = useZoom(props.zooms, spec);
  return (
    <article
      aria-label={spec.title}
      className="group flex h-full min-w-0 flex-col rounded border border-line bg-panel pt-1.5 pr-1 pb-0.5 pl-2.5"
    >
      <header
        className="relative flex h-6 shrink-0 items-center gap-2"
        {...(section.fixed === undefined
          ? dragProps(`charts ${section.section}`, idOf(spec))
          : undefined)}
      >
        <Title text={spec.title} />
        <span
          ref={value}
          aria-hidden
          className="h-5 w-20 shrink-0 pr-2 text-right text-small text-ink-2 will-change-transform [contain:strict] group-hover:invisible"
        />
        <Actions {...props} plot={plot} zoom={zoom} onZoom={setZoom} />
      </header>
      <div className="min-h-0 grow">
        {spec.panel === undefined ? (
          <CardPlot {...props} plot={plot} onValue={showValue} zoom={zoom} onZoom={setZoom} />
        ) : (
          <Suspense>
            <Panel spec={spec} panel={spec.panel} plotRef={plot} />
          </Suspense>
        )}
      </div>
    </article>
  );
});

interface CardPlotProps extends ChartCardProps {
  plot: React.RefObject<Picture | null>;
  onValue: (text: string | null) => void;
  zoom: Zoom | null;
  onZoom: (zoom: Zoom | null) => void;
}

function CardPlot(props: CardPlotProps) {
  const { feed, spec, syncKey, zoom, onZoom, onValue, plot, onSymlog, onWhole } = props;
  const { t } = useTranslation();
  if (spec.lines.length === 0)
    return (
      <p className="grid h-full place-items-center px-4 text-center text-small text-ink-3">
        {t("charts.noLines")}
      </p>
    );
  return (
    <LineChart
      feed={feed}
      spec={spec}
      syncKey={syncKey}
      zoom={zoom}
      onZoom={onZoom}
      onValue={onValue}
      plotRef={plot}
      onSymlog={onSymlog}
      onWhole={onWhole}
    />
  );
}

/** A card's zoom, which outlives the card's leaving and coming back into sight. */
function useZoom(zooms: Zooms, spec: ChartSpec): [Zoom | null, (zoom: Zoom | null) => void] {
  const { x } = spec;
  const title = idOf(spec);
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

interface ActionsProps extends ChartCardProps {
  plot: React.RefObject<Picture | null>;
  zoom: Zoom | null;
  onZoom: (zoom: Zoom | null) => void;
}

function Actions({ spec, place, section, plot, zoom, onZoom, onOpen }: ActionsProps) {
  const { t } = useTranslation();
  const arranged = useArranged();
  const id = idOf(spec);
  const pinned = arranged?.pins.includes(id) ?? false;
  return (
    <div className="absolute right-0 flex rounded bg-panel pl-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-[[data-popup-open]]:opacity-100 pointer-coarse:opacity-100">
      {zoom && (
        <IconButton label={t("charts.zoomOut")} onClick={() => onZoom(null)}>
          <ZoomOut aria-hidden />
        </IconButton>
      )}
      {arranged && (
        <IconButton
          label={t(pinned ? "charts.unpin" : "charts.pin")}
          onClick={() => arranged.acts.pin(id)}
        >
          {pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
        </IconButton>
      )}
      <DownloadMenu spec={spec} place={place} plot={plot} />
      <IconButton label={t("charts.fullScreen")} onClick={() => onOpen(spec)}>
        <Maximize2 aria-hidden />
      </IconButton>
      {arranged && (
        <CardMenu arranged={arranged} spec={spec} section={section} place={place} onOpen={onOpen} />
      )}
    </div>
  );
}

export interface DownloadMenuProps {
  spec: ChartSpec;
  place: { workspace: string; project: string };
  plot: React.RefObject<Picture | null>;
}

/** Save the picture or the values of a chart. */
export function DownloadMenu({ spec, place, plot }: DownloadMenuProps) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState<string | null>(null);
  const points = () => {
    setFailed(null);
    const saved = plot.current?.saveValues ?? (() => savePoints(place, spec));
    Promise.resolve()
      .then(saved)
      .catch((error: unknown) => setFailed(String(error)));
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
        <MenuItem onClick={() => saveDrawing(plot.current, spec)}>{t("charts.svg")}</MenuItem>
        <MenuItem onClick={points}>
          {t(spec.panel === undefined ? "charts.csv" : "panel.csv")}
        </MenuItem>
      </MenuPopup>
    </MenuRoot>
  );
}
