import { Layers2, Maximize2, Pin, PinOff } from "lucide-react";
import { memo, useCallback, useEffect, useMemo } from "react";
import { useTranslation } from "@/i18n";

import { useArranged } from "@/charts/arranging";
import { dragProps } from "@/charts/dragging";
import type { MediaEntry } from "@/api/messages";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";
import { useFailureText } from "@/components/Failure";

import { useKind } from "./kinds";
import { PanelBody } from "./PanelBody";
import { PanelMenu } from "./PanelMenu";
import { placeOf, type PanelSpec } from "./panels";
import { readyPictures } from "./pictures";
import { bodyOf } from "./room";
import { StepSlider } from "./StepSlider";
import { type PanelEntries, type PanelSteps, useEntries, usePrefetch, useSteps } from "./useMedia";
import { moveTo, stepOf, useView, useViewStore, type Way } from "./view";

/** Steps beside each other in the grid of a run over its steps. */
const STEPS = 8;
/** Steps that are drawn together. */
const TOGETHER = 100;
/** What says more over its steps, or its runs, than one at a time. */
function isFirstTogether({ kind, rows }: PanelSpec): boolean {
  return kind === "histogram" || (kind === "table" && rows.length > 1);
}

const LIMITS: Record<Way, number> = { step: 1, steps: STEPS, together: TOGETHER };

export interface MediaPanelProps {
  spec: PanelSpec;
  section: { id: string; shown: readonly string[]; fixed?: "pinned" | "hidden" | undefined };
}

/** How a panel is shown: as it was chosen, where its kind can. */
export function useWay(spec: PanelSpec): { way: Way; ways: readonly Way[] } {
  const { key, kind } = spec;
  const { data } = useKind(kind);
  const chosen = useView(({ panels }) => panels[key]?.way);
  const ways: readonly Way[] = data?.Entries ? ["step", "steps", "together"] : ["step", "steps"];
  const first = isFirstTogether(spec) ? "together" : "step";
  const way = ways.find((one) => one === (chosen ?? first)) ?? "step";
  return { way, ways };
}

/** One key: its items at a step, with the slider that moves it. */
export const MediaPanel = memo(function MediaPanel({ spec, section }: MediaPanelProps) {
  const { key } = spec;
  const store = useViewStore();
  const steps = useSteps(spec.rows);
  const at = useView((view) => stepOf(view, key));
  const { way, ways } = useWay(spec);
  const entries = useEntries(steps.rows, at, LIMITS[way]);
  useKnown(key, steps.all);
  const all = steps.all ?? NO_STEPS;
  const place = at === undefined ? all.length - 1 : placeOf(all, at);
  usePrefetch(steps.rows, way === "step" ? place : -9, all, readyPictures);
  const move = useCallback((step: number | undefined) => moveTo(store, key, step), [store, key]);
  return (
    <article
      aria-label={key}
      aria-busy={entries.waiting}
      className="group flex h-full min-w-0 flex-col rounded border border-line bg-panel px-2 pt-1"
    >
      <Head spec={spec} section={section} entries={entries} ways={ways} way={way} />
      <div className="min-h-0 grow" style={{ flexBasis: bodyOf(spec, store.getState().size) }}>
        <Body spec={spec} steps={steps} entries={entries} way={way} at={all[place]} />
      </div>
      <StepSlider label={key} steps={all} at={at} onMove={move} />
    </article>
  );
});

const NO_STEPS: readonly number[] = [];

/** Tell the shared slider which steps there are, while the panel is there. */
function useKnown(key: string, all: readonly number[] | null): void {
  const store = useViewStore();
  useEffect(() => {
    if (all === null) return undefined;
    store.setState(({ known }) => ({ known: { ...known, [key]: all } }));
    return () => store.setState(({ known: { [key]: _gone, ...known } }) => ({ known }));
  }, [store, key, all]);
}

interface BodyProps {
  spec: PanelSpec;
  steps: PanelSteps;
  entries: PanelEntries;
  way: Way;
  at: number | undefined;
}

function Body({ spec, steps, entries, way, at }: BodyProps) {
  const { data: viewer } = useKind(spec.kind);
  const item = useView(({ panels }) => panels[spec.key]?.item) ?? 0;
  const error = steps.error ?? entries.error;
  if (error !== null && error !== undefined) {
    const retry = () => {
      steps.retry();
      entries.retry();
    };
    return <Failed error={error} retry={retry} />;
  }
  if (way === "together" && viewer?.Entries) {
    const sources = entries.rows.map((row) => ({
      source: row.source,
      entries: [...(row.entries ?? [])],
    }));
    if (entries.rows.some((row) => row.entries === null))
      return <div aria-busy className="h-full" />;
    return <viewer.Entries sources={sources} full={false} />;
  }
  return (
    <PanelBody spec={spec} rows={entries.rows} at={at} only={way === "steps" ? item : undefined} />
  );
}

function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const text = useFailureText(error);
  return (
    <div
      role="alert"
      className="flex h-full flex-col items-center justify-center gap-2 px-4 text-center text-small text-ink-2"
    >
      {text}
      <Button onClick={retry}>{t("common.retry")}</Button>
    </div>
  );
}

interface HeadProps {
  spec: PanelSpec;
  section: MediaPanelProps["section"];
  entries: PanelEntries;
  ways: readonly Way[];
  way: Way;
}

function Head({ spec, section, entries, ways, way }: HeadProps) {
  const { key } = spec;
  const { t } = useTranslation();
  const arranged = useArranged();
  const store = useViewStore();
  const pinned = arranged?.pins.includes(key) ?? false;
  const open = () => {
    const row = entries.rows.find((one) => (one.entries?.length ?? 0) > 0);
    if (row) {
      const { run, rank } = row.source;
      store.setState({ open: { key, run, rank, item: 0 } });
    }
  };
  return (
    <header
      className="relative flex h-7 shrink-0 items-center gap-2"
      {...(section.fixed === undefined ? dragProps(`charts ${section.id}`, key) : {})}
    >
      <h3 title={key} className="min-w-0 grow truncate pr-6 text-small font-semibold">
        {key}
      </h3>
      <div className="absolute right-0 flex">
        <div className="flex rounded bg-panel pl-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-[[data-popup-open]]:opacity-100 pointer-coarse:opacity-100">
          {arranged && (
            <IconButton
              label={t(pinned ? "charts.unpin" : "charts.pin")}
              onClick={() => arranged.acts.pin(key)}
            >
              {pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
            </IconButton>
          )}
          <IconButton label={t("charts.fullScreen")} onClick={open}>
            <Maximize2 aria-hidden />
          </IconButton>
          <PanelMenu spec={spec} section={section} way={way} ways={ways} />
        </div>
        <Legend spec={spec} entries={entries} />
      </div>
    </header>
  );
}

interface LegendsProps {
  spec: PanelSpec;
  entries: PanelEntries;
}

function useLegend({ spec, entries }: LegendsProps) {
  const { data } = useKind(spec.kind);
  const items = useMemo(
    () =>
      entries.rows.flatMap((row) =>
        (row.entries ?? []).flatMap((entry: MediaEntry) => entry.items),
      ),
    [entries.rows],
  );
  // Nothing over the pictures: no button for it.
  const some = items.some(({ meta }) => "boxes" in meta || "masks" in meta);
  return { View: some ? data?.Legend : undefined, items };
}

function Legend(props: LegendsProps) {
  const { t } = useTranslation();
  const { View, items } = useLegend(props);
  if (View === undefined) return null;
  return (
    <PopoverRoot>
      <PopoverTrigger
        aria-label={t("media.classes")}
        title={t("media.classes")}
        className="size-6 border-transparent bg-transparent p-0 text-ink-2 hover:bg-sunken"
      >
        <Layers2 aria-hidden />
      </PopoverTrigger>
      <PopoverPopup label={t("media.classes")} className="max-h-[60vh] w-72 overflow-auto p-2">
        <View name={props.spec.key} items={items} />
      </PopoverPopup>
    </PopoverRoot>
  );
}
