import { Dialog as Base } from "@base-ui/react/dialog";
import { ChartLine, ChevronLeft, ChevronRight, Table2, X, ZoomOut } from "lucide-react";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { useCommand } from "@/app/shortcuts";
import { buttonClass } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { floating } from "@/components/ui/menu";
import { cn } from "@/lib/classes";

import { DownloadMenu } from "./ChartCard";
import type { GridSection } from "./ChartGrid";
import { ChartTable } from "./ChartTable";
import type { Table } from "./columns";
import type { Feed } from "./feed";
import { LineChart } from "./LineChart";
import { LookControls } from "./LookControls";
import type { Look } from "./looks";
import { OwnLook, useOwnLook } from "./OwnLook";
import type { Picture } from "./picture";
import { type ChartSpec, idOf, type Zoom } from "./spec";

const Panel = lazy(() => import("./panels/Panel"));

export interface ChartDialogProps {
  feed: Feed;
  place: { workspace: string; project: string };
  /** The chart shown; null: closed. */
  spec: ChartSpec | null;
  /** The charts of the page: the arrow keys go from one to the next. */
  sections: readonly GridSection[];
  onOpen: (spec: ChartSpec | null) => void;
}

/** One chart as large as the window, with its own zoom and controls, or its data as a table. */
export function ChartDialog({ spec, sections, onOpen, ...rest }: ChartDialogProps) {
  const charts = useMemo(() => sections.flatMap((section) => section.charts), [sections]);
  const popup = useRef<HTMLDivElement>(null);
  const place = charts.findIndex((one) => spec !== null && idOf(one) === idOf(spec));
  // Settings changed in here make a new spec: the one of the page is shown.
  const current = charts[place] ?? spec;
  const to = (way: 1 | -1) => {
    const next = charts[(place + way + charts.length) % charts.length];
    return spec !== null && place >= 0 && charts.length > 1 && next ? () => onOpen(next) : null;
  };
  return (
    <Base.Root open={spec !== null} onOpenChange={(open) => !open && onOpen(null)}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-black/30" />
        <Base.Popup
          ref={popup}
          // Not the slider, to which the arrow keys would belong.
          initialFocus={popup}
          className={cn(floating, "fixed inset-4 z-50 flex flex-col p-3 max-sm:inset-0")}
        >
          {current && spec && (
            <DialogChart
              key={idOf(current)}
              spec={current}
              next={to(1)}
              previous={to(-1)}
              {...rest}
            />
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface DialogChartProps extends Pick<ChartDialogProps, "feed" | "place"> {
  spec: ChartSpec;
  /** Go to a neighbour; null: there is no other chart. */
  next: (() => void) | null;
  previous: (() => void) | null;
}

function DialogChart({ feed, place, spec: given, next, previous }: DialogChartProps) {
  const { t } = useTranslation();
  const plot = useRef<Picture | null>(null);
  const { spec, settings, change, own } = useOwnLook(given);
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const [table, setTable] = useState<Table | "panel" | null>(null);
  const { panel } = spec;
  useCommand("nextChart", next);
  useCommand("previousChart", previous);
  const look = (part: Look) => {
    if (part.x) setZoom(null);
    change(part);
  };
  const other = () => setTable(panel === undefined ? (plot.current?.table?.() ?? null) : "panel");
  return (
    <>
      <header className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 pb-2">
        <Base.Title className="min-w-0 grow truncate text-title font-semibold" title={spec.title}>
          {spec.title}
        </Base.Title>
        {panel === undefined && (
          <LookControls
            settings={settings}
            onChange={look}
            timed={given.x !== "elapsed"}
            defined={given.defined !== undefined}
          />
        )}
        {own && panel === undefined && <OwnLook own={own} />}
        <div className="flex">
          {previous && next && (
            <>
              <IconButton label={t("shortcuts.do.previousChart")} onClick={previous}>
                <ChevronLeft aria-hidden />
              </IconButton>
              <IconButton label={t("shortcuts.do.nextChart")} onClick={next}>
                <ChevronRight aria-hidden />
              </IconButton>
            </>
          )}
          {zoom && (
            <IconButton label={t("charts.zoomOut")} onClick={() => setZoom(null)}>
              <ZoomOut aria-hidden />
            </IconButton>
          )}
          <IconButton
            label={table ? t("charts.asChart") : t("charts.asTable")}
            onClick={() => (table ? setTable(null) : other())}
          >
            {table ? <ChartLine aria-hidden /> : <Table2 aria-hidden />}
          </IconButton>
          <DownloadMenu spec={spec} place={place} plot={plot} />
          <Base.Close
            aria-label={t("common.close")}
            className={cn(buttonClass("quiet", "icon"), "size-6")}
          >
            <X aria-hidden />
          </Base.Close>
        </div>
      </header>
      <div className="relative min-h-0 grow">
        {panel ? (
          <Suspense>
            <Panel spec={spec} panel={panel} plotRef={plot} large asTable={table !== null} />
          </Suspense>
        ) : (
          <div className={cn("h-full", table && "invisible")}>
            <LineChart
              feed={feed}
              spec={spec}
              syncKey={null}
              zoom={zoom}
              onZoom={setZoom}
              plotRef={plot}
              onSymlog={() => look({ y: "symlog" })}
              onWhole={() => change({ range: "all", low: undefined, high: undefined })}
            />
          </div>
        )}
        {table !== null && table !== "panel" && (
          <div className="absolute inset-0">
            <ChartTable table={table} spec={spec} />
          </div>
        )}
      </div>
      {panel === undefined && (
        <p className="pt-1 text-tiny text-ink-3 max-sm:hidden">{t("charts.hint")}</p>
      )}
    </>
  );
}
