import { ChevronRight } from "lucide-react";
import { memo, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { cn } from "@/lib/classes";
import { useStored } from "@/lib/stored";

import { ChartCard, type ChartCardProps } from "./ChartCard";
import { parseNames } from "./names";
import { BLOCK, CARD, GAP, heightOfRows, heightOfSection } from "./room";
import { inBlocks } from "./sections";
import type { ChartSpec } from "./spec";
import { useNear } from "./useNear";

/** Sections mounted and unmounted together. */
const CHAPTER = 16;
/** Least width of a card before a column is dropped (px). */
const NARROW = 300;

export interface GridSection {
  /** Under which it is remembered whether the section is folded. */
  id: string;
  title: string;
  charts: ChartSpec[];
  /** Folded until somebody opens it. */
  shut?: boolean;
  /** Are these the charts that were pinned to the top? */
  pinned?: boolean;
}

/** What all cards share. */
type Card = Omit<ChartCardProps, "spec" | "pinned">;

export type GridProps = Card & {
  sections: GridSection[];
  /** Charts beside each other, 0: as many as fit (at most three). */
  columns: number;
  /** Where folded sections are remembered. */
  name: string;
};

/** Sections of cards. Only what is in sight exists; the rest is room of the same size. */
export function ChartGrid({ sections, columns, name, ...card }: GridProps) {
  const body = useRef<HTMLDivElement>(null);
  const count = useColumns(body, columns);
  const [folded, fold] = useFolded(name);
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
                columns={count}
                open={isOpen(section)}
                onFold={fold}
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
  useEffect(() => {
    if (!ref.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  const least = chosen === 0 ? NARROW : NARROW / 2;
  const fit = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
  return Math.min(chosen === 0 ? 3 : chosen, fit);
}

function useFolded(name: string): [Set<string>, (id: string, folded: boolean) => void] {
  const [stored, store] = useStored(name);
  const folded = useMemo(() => new Set(parseNames(stored)), [stored]);
  const fold = (id: string, shut: boolean) => {
    const next = new Set(folded);
    if (shut) next.add(id);
    else next.delete(id);
    store(next.size ? JSON.stringify([...next]) : null);
  };
  return [folded, fold];
}

interface SectionProps {
  section: GridSection;
  columns: number;
  open: boolean;
  onFold: (id: string, folded: boolean) => void;
  card: Card;
}

function Section({ section, columns, open, onFold, card }: SectionProps) {
  const { t } = useTranslation();
  const blocks = useMemo(() => inBlocks(section.charts, BLOCK), [section.charts]);
  return (
    <section aria-label={section.title}>
      <h2 className="flex h-9 items-center font-semibold">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => onFold(section.id, open !== (section.shut ?? false))}
          className="flex min-w-0 items-center gap-1.5 rounded pr-1"
        >
          <ChevronRight
            aria-hidden
            className={cn(
              "size-3.5 shrink-0 text-ink-2 transition-transform duration-100",
              open && "rotate-90",
            )}
          />
          <span className="truncate">{section.title}</span>
          <span className="shrink-0 text-small font-normal text-ink-3">
            {t("charts.count", { count: section.charts.length })}
          </span>
        </button>
      </h2>
      {open && (
        <div className="flex flex-col" style={{ gap: GAP }}>
          {blocks.map((charts) => (
            <Block
              key={charts[0]?.title}
              charts={charts}
              columns={columns}
              pinned={section.pinned ?? false}
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
  pinned: boolean;
  card: Card;
}

function Block({ charts, columns, pinned, card }: BlockProps) {
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
        charts.map((spec) => <Cell key={spec.title} spec={spec} pinned={pinned} {...card} />)}
    </div>
  );
}

const Cell = memo(function Cell(props: ChartCardProps) {
  const ref = useRef<HTMLDivElement>(null);
  const near = useNear(ref);
  return (
    <div ref={ref} className="min-w-0">
      {near && <ChartCard {...props} />}
    </div>
  );
});
