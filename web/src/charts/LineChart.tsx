import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { useFailureText } from "@/components/Failure";

import type { FrameChart } from "@/api/frame";

import type { Feed, Slot, SlotState } from "./feed";
import type { Picture } from "./picture";
import { createPlot, type Plot } from "./plot";
import { type ChartSpec, metricOf, requestOf, type Zoom } from "./spec";

export interface LineChartProps {
  feed: Feed;
  spec: ChartSpec;
  /** Charts with the same key share their cursor; null for a chart by itself. */
  syncKey: string | null;
  zoom: Zoom | null;
  onZoom: (zoom: Zoom | null) => void;
  /** The value at the cursor, for a chart of one line. */
  onValue?: (text: string | null) => void;
  /** Filled with the plot, to read its picture and data. */
  plotRef?: RefObject<Picture | null>;
  /** Switch to the axis that shows values of both signs. */
  onSymlog?: () => void;
  /** Show all of y again. */
  onWhole?: () => void;
}

interface Status {
  phase: "loading" | "empty" | "drawn" | "failed";
  error: unknown;
  note: "none" | "nonPositive" | "allNonPositive";
  /** Points without a place on the x axis. */
  leftOut: number;
  /** Steps that are damaged on the server, empty when none are. */
  missing: string;
  /** Points that the range of y leaves out. */
  outside: number;
}

const LOADING: Status = {
  phase: "loading",
  error: null,
  note: "none",
  leftOut: 0,
  missing: "",
  outside: 0,
};

function missingSteps(data: FrameChart): string {
  const ranges = data.series.flatMap((one) => one.missing ?? []);
  return [...new Set(ranges.map(([first, last]) => `${first}–${last}`))].slice(0, 5).join(", ");
}

function statusOf(state: SlotState, plot: Plot, y: ChartSpec["y"]): Status {
  const { data, error } = state;
  if (!data) return error === null ? LOADING : { ...LOADING, phase: "failed", error };
  const table = plot.table();
  if (!table) return LOADING;
  const leftOut = data.series.reduce((sum, series) => sum + series.leftOut, 0);
  const missing = missingSteps(data);
  if (table.empty) return { ...LOADING, phase: "empty", error, leftOut, missing };
  let note: Status["note"] = "none";
  if (y === "log" && table.hasNonPositive)
    note = table.hasPositive ? "nonPositive" : "allNonPositive";
  return { phase: "drawn", error, note, leftOut, missing, outside: plot.outside() };
}

function same(a: Status, b: Status): boolean {
  return (Object.keys(a) as (keyof Status)[]).every((name) => a[name] === b[name]);
}

/**
 * A chart that fills its container: a thin shell around `createPlot`. Data go from the feed to the
 * plot; React hears only when the chart changes between loading, drawn, empty and failed.
 */
export function LineChart(props: LineChartProps) {
  const { feed, spec, syncKey, zoom, onSymlog, onWhole } = props;
  const host = useRef<HTMLDivElement>(null);
  const live = useRef<{ plot: Plot; slot: Slot } | null>(null);
  const latest = useRef(props);
  const [width, setWidth] = useState(0);
  const [status, setStatus] = useState(LOADING);

  useEffect(() => {
    latest.current = props;
  });
  const report = useCallback(() => {
    if (!live.current) return;
    const { plot, slot } = live.current;
    const next = statusOf(slot.state, plot, latest.current.spec.y);
    setStatus((old) => (same(old, next) ? old : next));
  }, []);

  useEffect(() => {
    if (!host.current) return undefined;
    const plot = createPlot(
      host.current,
      {
        onZoom: (next) => latest.current.onZoom(next),
        onValue: (text) => latest.current.onValue?.(text),
        onWidth: (next) => {
          setWidth(next);
          report();
        },
      },
      syncKey,
    );
    const slot = feed.open((state) => {
      if (state.data) plot.draw(state.data);
      report();
    });
    slot.show(true);
    live.current = { plot, slot };
    const { plotRef } = latest.current;
    if (plotRef) plotRef.current = plot;
    return () => {
      slot.close();
      plot.destroy();
      live.current = null;
      if (plotRef) plotRef.current = null;
    };
  }, [feed, syncKey, report]);

  useEffect(() => {
    if (!live.current || width === 0) return;
    live.current.plot.show(spec, zoom);
    live.current.slot.want(requestOf(spec, zoom, width));
    report();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a new feed or key made a new plot
  }, [feed, syncKey, spec, zoom, width, report]);

  return (
    <div className="relative h-full min-h-0 overflow-hidden">
      <div ref={host} role="img" aria-label={spec.title} className="absolute inset-0" />
      <Overlay
        status={status}
        axis={metricOf(spec.x) ?? ""}
        onRetry={() => live.current?.slot.retry()}
        onSymlog={onSymlog}
        onWhole={onWhole}
      />
    </div>
  );
}

interface OverlayProps {
  status: Status;
  /** The series that is the x axis. */
  axis: string;
  onRetry: () => void;
  onSymlog: (() => void) | undefined;
  onWhole: (() => void) | undefined;
}

function Overlay({ status, axis, onRetry, onSymlog, onWhole }: OverlayProps) {
  const { t } = useTranslation();
  switch (status.phase) {
    case "loading":
      return <LoadingLines />;
    case "failed":
      return <FailedChart error={status.error} onRetry={onRetry} />;
    case "empty":
      return (
        <p className="absolute inset-0 grid place-items-center text-small text-ink-3">
          {emptyText(status, axis, t)}
        </p>
      );
    case "drawn":
      if (status.error !== null) return <Note text={t("charts.stale")} />;
      if (status.missing) return <Note text={t("charts.missing", { steps: status.missing })} />;
      if (status.note === "allNonPositive") return <Note text={t("charts.allNonPositive")} />;
      if (status.note === "nonPositive")
        return (
          <Note text={t("charts.nonPositive")}>
            {onSymlog && (
              <button type="button" className="text-accent underline" onClick={onSymlog}>
                {t("charts.useSymlog")}
              </button>
            )}
          </Note>
        );
      if (status.outside > 0)
        return (
          <Note text={t("charts.outside", { count: status.outside })}>
            {onWhole && (
              <button type="button" className="text-accent underline" onClick={onWhole}>
                {t("charts.showAll")}
              </button>
            )}
          </Note>
        );
      if (status.leftOut > 0)
        return <Note text={t("charts.leftOut", { n: status.leftOut, name: axis })} />;
      return null;
  }
}

function Note({ text, children }: { text: string; children?: React.ReactNode }) {
  return (
    <p className="absolute top-0 right-2 flex max-w-full gap-1.5 rounded bg-panel/85 px-1 text-tiny text-ink-2">
      <span className="truncate">{text}</span>
      {children}
    </p>
  );
}

function FailedChart({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  const text = useFailureText(error);
  return (
    <div
      role="alert"
      className="absolute inset-0 flex flex-col items-center justify-center gap-2 px-4 text-center text-small text-ink-2"
    >
      <p title={text} className="line-clamp-2">
        {t("charts.failed")} {text}
      </p>
      <Button onClick={onRetry}>{t("common.retry")}</Button>
    </div>
  );
}

/** The empty grid of a chart: what loads takes the place of these lines. */
function LoadingLines() {
  return (
    <div
      aria-hidden
      className="absolute inset-0 flex flex-col justify-between pt-2 pr-3 pb-6 pl-10"
    >
      {[0, 1, 2, 3].map((line) => (
        <span key={line} className="h-px bg-line" />
      ))}
    </div>
  );
}

/** Why a chart shows nothing. */
function emptyText(
  { leftOut, missing }: Status,
  axis: string,
  t: ReturnType<typeof useTranslation>["t"],
): string {
  if (missing !== "") return t("charts.missing", { steps: missing });
  return leftOut > 0 ? t("charts.leftOut", { n: leftOut, name: axis }) : t("charts.noneHere");
}
