import { ChevronRight } from "lucide-react";
import {
  memo,
  type ReactNode,
  type RefObject,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "@/i18n";

import { cn } from "@/lib/classes";

import { useArranged } from "./arranging";
import { ChartCard, type ChartCardProps } from "./ChartCard";
import { dragProps, type Side, useDrop } from "./dragging";
import { BLOCK, CARD, GAP, heightOfRows, heightOfSection } from "./room";
import { SectionMenu } from "./SectionMenu";
import { inBlocks } from "./sections";
import { type ChartSpec, idOf } from "./spec";
import { useNear } from "./useNear";

/** Sections mounted and unmounted together. */
const CHAPTER = 16;
/** Least width of a card before a column is dropped (px). */
const NARROW = 300;

export interface GridSection {
  /** Under which it is remembered how the section is arranged. */
  id: string;
  title: string;
  charts: ChartSpec[];
  /** Folded until somebody opens it. */
  shut?: boolean;
  /** A section of ours, which stays where it is: of pinned charts, or of hidden ones. */
  fixed?: "pinned" | "hidden";
}

/** What all cards share. */
type Card = Omit<ChartCardProps, "spec" | "section">;

export type GridProps = Card & {
  sections: GridSection[];
  /** Charts beside each other, 0: as many as fit (at most three). */
  columns: number;
  /** Sections that were turned over, and how to turn one. */
  folded: ReadonlySet<string>;
  onFold: (id: string) => void;
};

/** Sections of cards. Only what is in sight exists; the rest is room of the same size. */
export function ChartGrid({ sections, columns, folded, onFold, ...card }: GridProps) {
  const body = useRef<HTMLDivElement>(null);
  const count = useColumns(body, columns);
  const movable = useMemo(
    () => sections.filter(({ fixed }) => fixed === undefined).map(({ id }) => id),
    [sections],
  );
  const chapters = useMemo(() => inBlocks(sections, CHAPTER), [sections]);
  // What is remembered is what was turned over.
  const isOpen = ({ id, shut = false }: GridSection) => folded.has(id) === shut;
  return (
    <div ref={body} className="px-3.5 pt-1 pb-5 max-sm:px-2">
      {chapters.map((some) => (
        <Chapter
          key={some[0]?.id}
          alone={chapters.length === 1}
          height={some.reduce(
            (sum, one) => sum + heightOfSection(one.charts.length, count, isOpen(one)),
            0,
          )}
        >
          {() =>
            some.map((section) => (
              <Section
                key={section.id}
                section={section}
                movable={movable}
                columns={count}
                open={isOpen(section)}
                onFold={onFold}
                card={card}
              />
            ))
          }
        </Chapter>
      ))}
    </div>
  );
}

interface ChapterProps {
  /** There is no other: it need not wait to be seen. */
  alone: boolean;
  /** Of what it holds (px). */
  height: number;
  children: () => ReactNode;
}

/** Some sections, or the room that they take. */
function Chapter({ alone, height, children }: ChapterProps) {
  const ref = useRef<HTMLDivElement>(null);
  const near = useNear(ref) || alone;
  return (
    <div ref={ref} style={near ? undefined : { height }}>
      {near && children()}
    </div>
  );
}

/** Columns for the width there is; a chosen number shrinks too where cards would get too narrow. */
function useColumns(ref: RefObject<HTMLElement | null>, chosen: number): number {
  const [width, setWidth] = useState(0);
  // Before anything is shown: cards of another width are others in sight.
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const { paddingLeft, paddingRight } = getComputedStyle(element);
    setWidth(
      element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight),
    );
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  const least = chosen === 0 ? NARROW : NARROW / 2;
  const fit = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
  return Math.min(chosen === 0 ? 3 : chosen, fit);
}

interface SectionProps {
  section: GridSection;
  /** Ids of the sections that change places with each other. */
  movable: readonly string[];
  columns: number;
  open: boolean;
  onFold: (id: string) => void;
  card: Card;
}

/** Who comes behind `id`; null: nobody. */
function behind(shown: readonly string[], id: string): string | null {
  return shown[shown.indexOf(id) + 1] ?? null;
}

/** Where something let go on one side of `id` comes to stand. */
function placeOf(shown: readonly string[], id: string, side: Side): string | null {
  return side === "before" ? id : behind(shown, id);
}

function Section({ section, movable, columns, open, onFold, card }: SectionProps) {
  const { t } = useTranslation();
  const acts = useArranged()?.acts;
  const { id, title, charts, fixed } = section;
  const blocks = useMemo(() => inBlocks(charts, BLOCK), [charts]);
  const place = useMemo(
    () => ({ section: id, shown: charts.map(idOf), fixed }),
    [id, charts, fixed],
  );
  const arranged = acts !== undefined && fixed === undefined;
  const { side, props } = useDrop("sections", id, "y", (dragged, where) =>
    acts?.moveSection(movable, dragged, placeOf(movable, id, where)),
  );
  return (
    <section aria-label={title} {...(arranged ? props : {})}>
      <h2
        className={cn(
          "group/head flex h-9 items-center border-y-2 border-transparent font-semibold",
          side === "before" && "border-t-accent",
          side === "after" && "border-b-accent",
        )}
        {...(arranged ? dragProps("sections", id) : {})}
      >
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
            {t("charts.count", { count: charts.length })}
          </span>
        </button>
        {arranged && <SectionMenu id={id} title={title} movable={movable} />}
      </h2>
      {open && (
        <div className="flex flex-col" style={{ gap: GAP }}>
          {blocks.map((some) => (
            <Block
              key={some[0] && idOf(some[0])}
              charts={some}
              columns={columns}
              section={place}
              card={card}
            />
          ))}
        </div>
      )}
    </section>
  );
}

interface BlockProps {
  charts: ChartSpec[];
  columns: number;
  section: ChartCardProps["section"];
  card: Card;
}

function Block({ charts, columns, section, card }: BlockProps) {
  const ref = useRef<HTMLDivElement>(null);
  const near = useNear(ref);
  const rows = Math.ceil(charts.length / columns);
  return (
    <div
      ref={ref}
      className="grid"
      style={{
        gap: GAP,
        height: heightOfRows(rows),
        gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        gridAutoRows: CARD,
      }}
    >
      {near &&
        charts.map((spec) => <Cell key={idOf(spec)} spec={spec} section={section} {...card} />)}
    </div>
  );
}

const Cell = memo(function Cell(props: ChartCardProps) {
  const ref = useRef<HTMLDivElement>(null);
  const near = useNear(ref);
  const acts = useArranged()?.acts;
  const { spec, section } = props;
  const id = idOf(spec);
  const { side, props: drop } = useDrop(`charts ${section.section}`, id, "x", (dragged, where) =>
    acts?.moveChart(section, dragged, placeOf(section.shown, id, where)),
  );
  return (
    <div
      ref={ref}
      {...drop}
      className={cn(
        "relative min-w-0",
        side !== null &&
          "after:absolute after:inset-y-0 after:w-0.5 after:bg-accent after:content-['']",
        side === "before" && "after:-left-[5px]",
        side === "after" && "after:-right-[5px]",
      )}
    >
      {near && <ChartCard {...props} />}
    </div>
  );
});
