import { ChevronRight } from "lucide-react";
import {
  lazy,
  memo,
  Suspense,
  useDeferredValue,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "@/i18n";

import { type Arranging, ArrangingContext, useArranged, useArranging } from "@/charts/arranging";
import { useDrop } from "@/charts/dragging";
import { DEFAULTS } from "@/charts/settings";
import { useNear } from "@/charts/useNear";
import { Failure } from "@/components/Failure";
import { Snippet } from "@/components/Snippet";
import { cn } from "@/lib/classes";
import { parseSearch } from "@/lib/search";

import { MediaPanel } from "./MediaPanel";
import { MediaToolbar } from "./MediaToolbar";
import {
  type PanelSection,
  panelSections,
  type PanelSpec,
  panelsOf,
  type ShownRun,
} from "./panels";
import { GAP, heightOf, widthOf } from "./room";
import { useMediaKeys } from "./useMedia";
import { useView, useViewInAddress, ViewContext } from "./view";

const MediaDialog = lazy(() => import("./MediaDialog"));

export interface MediaBoardProps {
  workspace: string;
  project: string;
  /** The runs whose media are shown, in this order. */
  runs: readonly ShownRun[];
  query: string;
  onQuery: (query: string) => void;
  /** In place of panels where these runs have no media. */
  empty: React.ReactNode;
}

/** The same object while it says the same: what comes anew with every refresh draws nothing anew. */
function useSame<T>(value: T): T {
  const text = JSON.stringify(value);
  return useMemo(() => JSON.parse(text) as T, [text]);
}

/** Everything that runs logged as media: a panel for each key, in sections by their prefix. */
export function MediaBoard(props: MediaBoardProps) {
  const { workspace, project, query, onQuery, empty } = props;
  const { t } = useTranslation();
  const store = useViewInAddress();
  const arranging = useArranging(workspace, project, DEFAULTS);
  const runs = useSame(props.runs);
  const place = useMemo(() => ({ workspace, project }), [workspace, project]);
  const keys = useMediaKeys(
    place,
    useMemo(() => runs.map(({ id }) => id), [runs]),
  );
  const series = keys.data?.series;
  const panels = useMemo(() => panelsOf(place, runs, series ?? []), [place, runs, series]);
  const sought = useDeferredValue(query);
  const { layout, pins } = arranging;
  const sections = useMemo(() => {
    const { matches } = parseSearch(sought);
    return panelSections(
      panels.filter(({ key }) => matches(key)),
      { unsorted: t("media.unsorted"), hidden: t("charts.hidden"), pinned: t("charts.pinned") },
      { layout, pins },
    );
  }, [panels, sought, layout, pins, t]);
  if (series === undefined) {
    if (runs.length === 0) return empty;
    if (keys.error === null) return <BoardSkeleton />;
    return <Failure error={keys.error} onRetry={() => void keys.refetch()} />;
  }
  if (panels.length === 0) return empty;
  return (
    <ArrangingContext value={arranging}>
      <ViewContext value={store}>
        <MediaToolbar query={query} onQuery={onQuery} complete={keys.data?.complete ?? true} />
        {sections.length === 0 && (
          <p className="px-3.5 py-8 text-center text-ink-2">{t("common.none", { query })}</p>
        )}
        <Sections sections={sections} folded={layout.sections.folded} acts={arranging.acts} />
        <OpenDialog panels={panels} />
      </ViewContext>
    </ArrangingContext>
  );
}

function OpenDialog({ panels }: { panels: readonly PanelSpec[] }) {
  const open = useView((view) => view.open !== undefined);
  return open ? (
    <Suspense>
      <MediaDialog panels={panels} />
    </Suspense>
  ) : null;
}

interface SectionsProps {
  sections: readonly PanelSection[];
  folded: readonly string[];
  acts: Arranging["acts"];
}

function Sections({ sections, folded, acts }: SectionsProps) {
  const body = useRef<HTMLDivElement>(null);
  const width = useWidth(body);
  return (
    <div ref={body} className="px-3.5 pt-1 pb-5 max-sm:px-2">
      {width > 0 &&
        sections.map((section) => (
          <Section
            key={section.id}
            section={section}
            width={width}
            // What is remembered is what was turned over.
            open={folded.includes(section.id) === (section.shut ?? false)}
            onFold={acts.fold}
          />
        ))}
    </div>
  );
}

function useWidth(ref: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = () => {
      const { paddingLeft, paddingRight } = getComputedStyle(element);
      setWidth(
        element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight),
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

interface SectionProps {
  section: PanelSection;
  width: number;
  open: boolean;
  onFold: (id: string) => void;
}

function Section({ section, width, open, onFold }: SectionProps) {
  const { t } = useTranslation();
  const size = useView((view) => view.size);
  const { id, title, panels, fixed } = section;
  const place = useMemo(
    () => ({ id, shown: panels.map(({ key }) => key), fixed }),
    [id, panels, fixed],
  );
  const least = Math.min(...panels.map((panel) => widthOf(panel, size)));
  const columns = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
  const column = (width - (columns - 1) * GAP) / columns;
  const spanOf = (panel: PanelSpec) =>
    Math.min(columns, Math.max(1, Math.ceil((widthOf(panel, size) - 1) / (column + GAP))));
  return (
    <section aria-label={title}>
      <h2 className="flex h-9 items-center font-semibold">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => onFold(id)}
          className="flex min-w-0 items-center gap-1.5 rounded pr-1"
        >
          <ChevronRight
            aria-hidden
            className={cn(
              "size-3.5 shrink-0 text-ink-2 transition-transform duration-100",
              open && "rotate-90",
            )}
          />
          <span className="truncate">{title}</span>
          <span className="shrink-0 text-small font-normal text-ink-3">
            {t("media.count", { count: panels.length })}
          </span>
        </button>
      </h2>
      {open && (
        <div
          className="grid items-start"
          style={{ gap: GAP, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
        >
          {panels.map((spec) => (
            <Place
              key={spec.key}
              spec={spec}
              section={place}
              span={spanOf(spec)}
              height={heightOf(spec, size)}
            />
          ))}
        </div>
      )}
    </section>
  );
}

interface PlaceProps {
  spec: PanelSpec;
  section: { id: string; shown: readonly string[]; fixed?: "pinned" | "hidden" | undefined };
  span: number;
  height: number;
}

/** The room of a panel; it asks for nothing until it comes near to what is seen. */
const Place = memo(function Place({ spec, section, span, height }: PlaceProps) {
  const ref = useRef<HTMLDivElement>(null);
  const near = useNear(ref);
  const acts = useArranged()?.acts;
  const { side, props } = useDrop(`charts ${section.id}`, spec.key, "x", (dragged, where) => {
    const { shown } = section;
    const before = where === "before" ? spec.key : (shown[shown.indexOf(spec.key) + 1] ?? null);
    acts?.moveChart({ section: section.id, shown }, dragged, before);
  });
  return (
    <div
      ref={ref}
      {...props}
      data-key={spec.key}
      style={{ height, gridColumn: `span ${span}` }}
      className={cn(
        "relative min-w-0",
        side !== null &&
          "after:absolute after:inset-y-0 after:w-0.5 after:bg-accent after:content-['']",
        side === "before" && "after:-left-[5px]",
        side === "after" && "after:-right-[5px]",
      )}
    >
      {near && <MediaPanel spec={spec} section={section} />}
    </div>
  );
});

function BoardSkeleton() {
  return (
    <div aria-busy className="px-3.5 pt-12">
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,320px),1fr))] gap-2">
        {Array.from({ length: 3 }, (_, i) => (
          <div key={i} className="h-[300px] rounded border border-line bg-panel" />
        ))}
      </div>
    </div>
  );
}

/** In place of media that are not there: the lines that log the first ones. */
export function MediaStart({ over }: { over: boolean }) {
  const { t } = useTranslation();
  if (over) return <p className="px-4 py-16 text-center text-ink-2">{t("media.ended")}</p>;
  return (
    <section className="mx-auto w-full max-w-xl px-4 py-10">
      <h2 className="text-title font-semibold">{t("media.emptyTitle")}</h2>
      <p className="mt-1 mb-4 text-ink-2">{t("media.emptyText")}</p>
      <Snippet
        text={[
          'swanlab.log({"seen": swanlab.Image(array, caption="a cat")})',
          'swanlab.log({"said": swanlab.Text("**Meow.**")})',
        ].join("\n")}
      />
    </section>
  );
}
