import { Dialog as Base } from "@base-ui/react/dialog";
import { ChartLine, Table2, X, ZoomOut } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { buttonClass } from "@/components/ui/button";
import { floating } from "@/components/ui/menu";
import { cn } from "@/lib/classes";

import { DownloadMenu, IconButton } from "./ChartCard";
import { ChartTable } from "./ChartTable";
import type { Table } from "./columns";
import type { Feed } from "./feed";
import { LineChart } from "./LineChart";
import type { Plot } from "./plot";
import { axisOf, type ChartSettings, chosenAxis } from "./settings";
import type { ChartSpec, Zoom } from "./spec";
import { AxisControls } from "./Toolbar";

export interface ChartDialogProps {
  feed: Feed;
  place: { workspace: string; project: string };
  /** The chart shown; null: closed. */
  spec: ChartSpec | null;
  onClose: () => void;
}

/** One chart as large as the window, with its own zoom and controls, or its data as a table. */
export function ChartDialog({ spec, onClose, ...rest }: ChartDialogProps) {
  return (
    <Base.Root open={spec !== null} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-black/30" />
        <Base.Popup className={cn(floating, "fixed inset-4 z-50 flex flex-col p-3 max-sm:inset-0")}>
          {spec && <DialogChart key={spec.title} spec={spec} {...rest} />}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function DialogChart({
  feed,
  place,
  spec: given,
}: Omit<ChartDialogProps, "onClose"> & { spec: ChartSpec }) {
  const { t } = useTranslation();
  const plot = useRef<Plot | null>(null);
  const [own, setOwn] = useState<Pick<ChartSettings, "smoothing" | "x" | "y">>({
    smoothing: given.smoothing,
    x: chosenAxis(given.x),
    y: given.y,
  });
  const [spec, setSpec] = useState(given);
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const [table, setTable] = useState<Table | null>(null);
  const change = (part: Partial<ChartSettings>) => {
    const next = { ...own, ...part };
    setOwn(next);
    if (part.x) setZoom(null);
    setSpec({
      ...given,
      ...next,
      x: given.x === "elapsed" ? "elapsed" : axisOf(next.x, given.defined),
    });
  };
  return (
    <>
      <header className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 pb-2">
        <Base.Title className="min-w-0 grow truncate text-title font-semibold" title={spec.title}>
          {spec.title}
        </Base.Title>
        <AxisControls
          settings={own}
          onChange={change}
          timed={given.x !== "elapsed"}
          defined={given.defined !== undefined}
        />
        <div className="flex">
          {zoom && (
            <IconButton label={t("charts.zoomOut")} onClick={() => setZoom(null)}>
              <ZoomOut aria-hidden />
            </IconButton>
          )}
          <IconButton
            label={table ? t("charts.asChart") : t("charts.asTable")}
            onClick={() => setTable(table ? null : (plot.current?.table() ?? null))}
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
        <div className={cn("h-full", table && "invisible")}>
          <LineChart
            feed={feed}
            spec={spec}
            syncKey={null}
            zoom={zoom}
            onZoom={setZoom}
            plotRef={plot}
            onSymlog={() => change({ y: "symlog" })}
          />
        </div>
        {table && (
          <div className="absolute inset-0">
            <ChartTable table={table} spec={spec} />
          </div>
        )}
      </div>
      <p className="pt-1 text-tiny text-ink-3 max-sm:hidden">{t("charts.hint")}</p>
    </>
  );
}
