/** Counts of values: one as bars, many as a heat map over steps or as a ridge. */

import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import type { MediaEntry } from "@/api/messages";
import { PanelView } from "@/charts/panels/PanelView";
import { type LineStyle, lineStyle } from "@/charts/palette";
import { Button } from "@/components/ui/button";
import { formatCount, formatNumber } from "@/lib/format";
import { useStored } from "@/lib/stored";

import { useParsed } from "./bytes";
import { type Counted, countedOr, rangeOf, readCounted } from "./counted";
import { barsScene, heatScene, type HistogramWords, ridgeScene } from "./histogramScenes";
import { Notice, Unready } from "./Unready";
import type { EntriesViewerProps, ItemViewerProps, MediaKind, MediaSource } from "./viewer";

/** Runs that stand side by side. */
const MOST_RUNS = 8;
/** Blobs that are fetched for one panel; smaller histograms stand in the answer itself. */
const MOST_BLOBS = 500;

function useWords(): HistogramWords {
  const { t } = useTranslation();
  return useMemo(
    () => ({
      count: t("viewer.count"),
      share: t("viewer.share"),
      bin: (from, to) => t("viewer.bin", { from, to }),
      step: (first, last) =>
        first === last ? t("viewer.step", { first }) : t("viewer.steps", { first, last }),
    }),
    [t],
  );
}

/** The colour of the run, or the first of ours where it has none that can be mixed. */
function styleOf({ color }: MediaSource): LineStyle {
  return /^#[0-9a-f]{6}$/i.test(color) ? { hue: 0, dash: [], color } : lineStyle(0);
}

function Item({ source, step, item }: ItemViewerProps) {
  const { t, i18n } = useTranslation();
  const held = useParsed(source, item, readCounted);
  const words = useWords();
  const counted = held.state === "ready" ? held.value : null;
  const style = useMemo(() => styleOf(source), [source]);
  const scene = useMemo(
    () => (counted === null ? null : barsScene(counted, style, words)),
    [counted, style, words],
  );
  if (held.state !== "ready") return <Unready held={held} />;
  if (scene === null) return null;
  const { value } = held;
  const [low, high] = [value.edges[0] ?? 0, value.edges.at(-1) ?? 0];
  const title = t("viewer.histogramText", {
    key: source.key,
    step,
    total: formatCount(value.total, i18n.language),
    bins: value.counts.length,
    low: formatNumber(low),
    high: formatNumber(high),
  });
  const apart = value.nan + value.above + value.below;
  const texts = apart > 0 ? [t("viewer.apart", { ...value })] : [];
  return (
    <div className="flex h-full min-h-24 w-full flex-col">
      <div className="relative min-h-0 grow">
        <PanelView title={title} scene={scene} />
      </div>
      <Notice texts={texts} />
    </div>
  );
}

interface Run {
  source: MediaSource;
  steps: { step: number; counted: Counted }[];
}

/** The histograms of every entry, those that are blobs fetched. */
function useRuns(sources: EntriesViewerProps["sources"]): {
  runs: Run[];
  waiting: number;
  left: number;
} {
  const blobs = useMemo(
    () =>
      sources.flatMap(({ source, entries }) =>
        entries.flatMap((entry) => {
          const digest = digestOf(entry);
          return digest === null ? [] : [{ source, digest }];
        }),
      ),
    [sources],
  );
  const fetched = useQueries({
    queries: blobs.slice(0, MOST_BLOBS).map(({ source: { workspace, project, run }, digest }) => ({
      queryKey: ["media", "blob", workspace, project, run, digest],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.mediaBytes(workspace, project, run, digest, signal),
      staleTime: Number.POSITIVE_INFINITY,
      structuralSharing: false as const,
    })),
    combine: (results) => ({
      data: results.map(({ data }) => data),
      waiting: results.filter(({ isPending }) => isPending).length,
    }),
  });
  const { data, waiting } = fetched;
  const runs = useMemo(() => {
    const texts = new Map<string, ArrayBuffer>();
    blobs.forEach(({ digest }, i) => {
      const bytes = data[i];
      if (bytes) texts.set(digest, bytes);
    });
    return sources.map(({ source, entries }) => ({
      source,
      steps: entries.flatMap((entry) => {
        const bytes = texts.get(digestOf(entry) ?? "");
        const text = entry.items[0]?.text ?? (bytes ? new TextDecoder().decode(bytes) : null);
        const counted = remembered(entry, text);
        return counted === null ? [] : [{ step: entry.step, counted }];
      }),
    }));
  }, [sources, blobs, data]);
  return { runs, waiting, left: Math.max(0, blobs.length - MOST_BLOBS) };
}

/** What entries hold, so that drawing anew reads none of them anew. */
const known = new WeakMap<MediaEntry, Counted | null>();

function remembered(entry: MediaEntry, text: string | null): Counted | null {
  const found = known.get(entry) ?? countedOr(text);
  if (text !== null) known.set(entry, found);
  return found;
}

function digestOf({ items: [first] }: MediaEntry): string | null {
  return first === undefined || first.text !== null ? null : first.digest;
}

function Entries({ sources }: EntriesViewerProps) {
  const { t } = useTranslation();
  const words = useWords();
  const [stored, store] = useStored("histogram");
  const { runs, waiting, left } = useRuns(sources);
  const look = stored === "ridge" ? "ridge" : "heat";
  const some = useMemo(
    () => runs.filter(({ steps }) => steps.length > 0).slice(0, MOST_RUNS),
    [runs],
  );
  const scenes = useMemo(() => {
    const range = rangeOf(some.flatMap(({ steps }) => steps.map(({ counted }) => counted)));
    const draw = look === "heat" ? heatScene : ridgeScene;
    return some.map(({ source, steps }) => ({
      source,
      steps: steps.length,
      range,
      scene: draw({ steps, range, run: source.run, style: styleOf(source), words }),
    }));
  }, [some, look, words]);
  if (scenes.length === 0 && waiting > 0) return <Unready held={{ state: "loading" }} />;
  const hidden = runs.filter(({ steps }) => steps.length > 0).length - some.length;
  const listed = sources.some(({ entries }) => entries.some(({ items }) => items.length > 1));
  const texts = [
    ...(hidden > 0 ? [t("viewer.moreRuns", { shown: some.length, hidden })] : []),
    ...(left > 0 ? [t("viewer.moreSteps", { left })] : []),
    ...(listed ? [t("viewer.firstOfEach")] : []),
  ];
  return (
    <div className="flex h-full min-h-48 flex-col">
      <div role="group" aria-label={t("viewer.drawnAs")} className="flex shrink-0 gap-1 pb-1">
        {(["heat", "ridge"] as const).map((one) => (
          <Button
            key={one}
            aria-pressed={look === one}
            look={look === one ? "plain" : "quiet"}
            onClick={() => store(one)}
          >
            {t(`viewer.${one}`)}
          </Button>
        ))}
      </div>
      <div
        className="grid min-h-0 grow gap-2"
        style={
          look === "heat"
            ? { gridAutoRows: "minmax(90px, 1fr)" }
            : { gridTemplateColumns: `repeat(auto-fit, minmax(160px, 1fr))` }
        }
      >
        {scenes.map(({ source, scene, steps, range }) => (
          <figure key={`${source.run} ${source.rank}`} className="flex min-h-0 min-w-0 flex-col">
            {scenes.length > 1 && (
              <figcaption className="truncate text-small text-ink-2">{source.runName}</figcaption>
            )}
            <div className="relative min-h-20 grow">
              <PanelView
                scene={scene}
                title={t("viewer.histogramsText", {
                  key: source.key,
                  run: source.runName,
                  steps,
                  low: formatNumber(range[0]),
                  high: formatNumber(range[1]),
                })}
              />
            </div>
          </figure>
        ))}
      </div>
      <Notice texts={texts} />
    </div>
  );
}

export const viewer: MediaKind = { Item, Entries, ratio: () => 1.6 };
