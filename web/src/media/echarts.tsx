/** Charts of pyecharts and options of ECharts, drawn by ECharts from data alone. */

import * as library from "echarts";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { onThemeChange, theme } from "@/charts/palette";

import { useParsed } from "./bytes";
import { Gate } from "./Gate";
import { type Chart, readOption } from "./option";
import { isObject, Problem } from "./problem";
import { Standing } from "./Standing";
import { Notice, Unready } from "./Unready";
import { useSeat } from "./useSeat";
import type { ItemViewerProps, MediaKind } from "./viewer";

function Item(props: ItemViewerProps) {
  return <Gate item={props.item}>{() => <Parsed {...props} />}</Gate>;
}

function Parsed(props: ItemViewerProps) {
  const { t } = useTranslation();
  const held = useParsed(props.source, props.item, readOption);
  if (held.state !== "ready") return <Unready held={held} />;
  const { functions } = held.value;
  const texts = functions > 0 ? [t("viewer.functions", { count: functions })] : [];
  return (
    <div className="flex h-full min-h-28 flex-col">
      <div className="relative min-h-0 grow">
        <Drawn {...props} chart={held.value} />
      </div>
      <Notice texts={texts} />
    </div>
  );
}

function useLabel({ source: { key }, step }: ItemViewerProps, { kinds, title }: Chart): string {
  const { t } = useTranslation();
  const text = t("viewer.chartText", { key, step, kinds: kinds.join(", ") });
  return title === "" ? text : `${title}. ${text}`;
}

/** Load what the chart needs beside the library, in files of their own. */
async function loadFor({ needs }: Chart): Promise<void> {
  await Promise.all([
    needs.gl && import("echarts-gl"),
    needs.liquid && import("echarts-liquidfill"),
    needs.cloud && import("echarts-wordcloud"),
  ]);
}

function Drawn(props: ItemViewerProps & { chart: Chart }) {
  const { chart, full } = props;
  const host = useRef<HTMLDivElement>(null);
  const drawn = useRef<library.ECharts | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const picture = useCallback(
    async () => drawn.current?.getDataURL({ pixelRatio: Math.min(2, devicePixelRatio) }) ?? null,
    [],
  );
  const seat = useSeat(chart.needs.gl, picture);
  const { live, settled, wake } = seat;
  const label = useLabel(props, chart);
  useEffect(() => {
    if (!host.current || !live) return undefined;
    const shown = show(host.current, chart, {
      ready(made) {
        drawn.current = made;
        settled();
      },
      failed: setFailed,
    });
    return () => {
      drawn.current = null;
      shown.stop();
    };
  }, [chart, live, settled]);
  useEffect(() => {
    if (full) wake();
  }, [full, wake]);
  if (failed !== null) return <Unready held={{ state: "failed", error: failed, retry: null }} />;
  if (!live) return <Standing seat={seat} label={label} />;
  return <div ref={host} role="img" aria-label={label} className="absolute inset-0" />;
}

/** Draw a chart, again with each change of theme and size. */
function show(
  host: HTMLDivElement,
  chart: Chart,
  tell: { ready: (made: library.ECharts) => void; failed: (error: unknown) => void },
): { stop: () => void } {
  let made: library.ECharts | null = null;
  let stopped = false;
  const draw = () => {
    made?.dispose();
    made = library.init(host, isDark() ? "dark" : null);
    const own = made;
    own.on("finished", () => tell.ready(own));
    own.setOption(dressed(chart.option));
  };
  const attempt = () => {
    try {
      draw();
    } catch (error) {
      made?.dispose(); // It would go on and fail with the next frame.
      made = null;
      tell.failed(new Problem("viewer.badChart", { reason: reasonOf(error) }));
    }
  };
  const begin = async () => {
    try {
      await loadFor(chart);
    } catch (error) {
      tell.failed(error);
      return;
    }
    if (!stopped) attempt();
  };
  const observer = new ResizeObserver(() => made?.resize());
  observer.observe(host);
  const forget = onThemeChange(() => {
    if (made) attempt();
  });
  void begin();
  return {
    stop() {
      stopped = true;
      observer.disconnect();
      forget();
      made?.dispose();
    },
  };
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}

function isDark(): boolean {
  return document.documentElement.dataset.theme === "dark";
}

/** The option in the clothes of the page: its font, no background of its own, at rest. */
function dressed(option: Record<string, unknown>): Record<string, unknown> {
  const { baseOption } = option;
  if (isObject(baseOption)) return { ...option, baseOption: dressed(baseOption) };
  const { textStyle, backgroundColor } = option;
  return {
    ...option,
    animation: false,
    backgroundColor: backgroundColor ?? "transparent",
    textStyle: { fontFamily: theme().font, ...(isObject(textStyle) && textStyle) },
  };
}

export const viewer: MediaKind = { Item, ratio: () => 1.6 };
