/** Figures of plotly, drawn by plotly.js from data alone. */

import library from "plotly.js-strict-dist-min";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { onThemeChange, theme } from "@/charts/palette";

import { useParsed } from "./bytes";
import { type Drawing, laidOut, readFigure } from "./figure";
import { Gate } from "./Gate";
import { Problem } from "./problem";
import { Standing } from "./Standing";
import { Notice, Unready } from "./Unready";
import { useSeat } from "./useSeat";
import type { ItemViewerProps, MediaKind } from "./viewer";

function Item(props: ItemViewerProps) {
  return <Gate item={props.item}>{() => <Parsed {...props} />}</Gate>;
}

function Parsed(props: ItemViewerProps) {
  const { t } = useTranslation();
  const held = useParsed(props.source, props.item, readFigure);
  if (held.state !== "ready") return <Unready held={held} />;
  const { map, pictures } = held.value;
  const texts = [
    ...(map ? [t("viewer.blankMap")] : []),
    ...(pictures > 0 ? [t("viewer.pictures", { count: pictures })] : []),
  ];
  return (
    <div className="flex h-full min-h-28 flex-col">
      <div className="relative min-h-0 grow">
        <Drawn {...props} drawing={held.value} />
      </div>
      <Notice texts={texts} />
    </div>
  );
}

function useLabel({ source: { key }, step }: ItemViewerProps, { kinds, title }: Drawing): string {
  const { t } = useTranslation();
  const text = t("viewer.chartText", { key, step, kinds: kinds.join(", ") });
  return title === "" ? text : `${title}. ${text}`;
}

function Drawn(props: ItemViewerProps & { drawing: Drawing }) {
  const { drawing, full } = props;
  const host = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const picture = useCallback(() => stillOf(host.current), []);
  const seat = useSeat(drawing.gl, picture);
  const { live, settled, wake } = seat;
  const label = useLabel(props, drawing);
  useEffect(() => {
    if (!host.current || !live) return undefined;
    return show(host.current, drawing, { full, drawn: settled, failed: setFailed });
  }, [drawing, live, full, settled]);
  useEffect(() => {
    if (full) wake();
  }, [full, wake]);
  if (failed !== null) return <Unready held={{ state: "failed", error: failed, retry: null }} />;
  if (!live) return <Standing seat={seat} label={label} />;
  return <div ref={host} role="img" aria-label={label} className="absolute inset-0" />;
}

async function stillOf(host: HTMLElement | null): Promise<string | null> {
  if (!host) return null;
  const { clientWidth: width, clientHeight: height } = host;
  return library.toImage(host, { format: "png", width, height, scale: 1 });
}

/** Draw a figure, again with each change of theme and size; returns how to stop. */
function show(
  host: HTMLDivElement,
  drawing: Drawing,
  to: { full: boolean; drawn: () => void; failed: (error: unknown) => void },
): () => void {
  let stopped = false;
  const draw = async () => {
    const { data, layout, frames } = structuredClone({
      data: drawing.data,
      layout: laidOut(drawing, { ...theme(), dark: isDark() }, to.full),
      frames: drawing.frames,
    });
    try {
      await library.newPlot(host, { data, layout, frames, config: configOf(to.full) });
      if (!stopped) to.drawn();
    } catch (error) {
      if (!stopped) to.failed(new Problem("viewer.badChart", { reason: reasonOf(error) }));
    }
  };
  blankMaps();
  void draw();
  let first = true;
  const observer = new ResizeObserver(() => {
    // The first call only says what size it has already.
    if (!first && host.clientWidth > 0) void library.Plots.resize(host);
    first = false;
  });
  observer.observe(host);
  const forget = onThemeChange(() => void draw());
  return () => {
    stopped = true;
    observer.disconnect();
    forget();
    library.purge(host);
  };
}

function configOf(full: boolean): Record<string, unknown> {
  return {
    displaylogo: false,
    displayModeBar: full,
    scrollZoom: full,
    showSendToCloud: false,
    plotlyServerURL: "",
    responsive: false,
    modeBarButtonsToRemove: ["sendDataToCloud"],
  };
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}

function isDark(): boolean {
  return document.documentElement.dataset.theme === "dark";
}

const SCOPES = ["world", "usa", "europe", "asia", "africa", "north-america", "south-america"];
const LAYERS = ["coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits"];

/** Outlines would be fetched from elsewhere; here are empty ones. */
function blankMaps(): void {
  const page = window as { PlotlyGeoAssets?: { topojson: Record<string, unknown> } };
  const maps = (page.PlotlyGeoAssets ??= { topojson: {} }).topojson;
  const objects = Object.fromEntries(
    LAYERS.map((name) => [name, { type: "GeometryCollection", geometries: [] }]),
  );
  for (const scope of [...SCOPES, "oceania", "antarctica"])
    for (const resolution of ["110m", "50m"])
      maps[`${scope}_${resolution}`] ??= { type: "Topology", objects, arcs: [] };
}

export const viewer: MediaKind = { Item, ratio: () => 1.5 };
