import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import type { MediaEntry } from "@/api/messages";
import { cn } from "@/lib/classes";

import { ItemCell } from "./ItemCell";
import type { PanelSpec } from "./panels";
import { columnsFor, HIGH, type Shape, shapeOf, tileOf } from "./room";
import type { RowEntries } from "./useMedia";
import { type Size, useView } from "./view";

export interface PanelBodyProps {
  spec: PanelSpec;
  rows: readonly RowEntries[];
  /** The step that the slider shows: what is of another one says so. */
  at: number | undefined;
  /** Which item of each entry is shown over several steps; undefined: all of one step. */
  only?: number | undefined;
}

/** What stands at a step: the items of one run as large as they fit, or the runs under each other. */
export function PanelBody({ spec, rows, at, only }: PanelBodyProps) {
  const { t } = useTranslation();
  const size = useView((view) => view.size);
  const shape = shapeOf(spec.kind);
  const [first] = rows;
  const last = useNewestInSight(only === undefined ? undefined : at);
  if (rows.every(({ entries }) => entries?.length === 0))
    return (
      <p className="grid h-full place-items-center px-4 text-center text-small text-ink-3">
        {t("media.noneYet")}
      </p>
    );
  if (rows.length === 1 && first)
    return <OneRun row={first} shape={shape} at={at} only={only} most={spec.most} size={size} />;
  const single = spec.most === 1 && only === undefined && shape === "tile";
  return (
    <div
      ref={last}
      className={cn("h-full content-start gap-2 overflow-auto", single ? "grid" : "flex flex-col")}
      style={
        single
          ? { gridTemplateColumns: `repeat(auto-fill, minmax(${tileOf(size)}px, 1fr))` }
          : undefined
      }
    >
      {rows.map((row) => (
        <RunRow
          key={`${row.source.run} ${row.source.rank}`}
          row={row}
          shape={shape}
          at={at}
          only={only}
          size={size}
          wide={single}
        />
      ))}
    </div>
  );
}

/** Of steps beside each other the one that the slider shows is the last: it is scrolled to. */
function useNewestInSight(step: number | undefined) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (step !== undefined) box.current?.scrollTo({ left: box.current.scrollWidth });
  });
  return box;
}

interface CellsProps {
  row: RowEntries;
  at: number | undefined;
  only: number | undefined;
}

/** The items of a row one after the other, each with the entry it is from. */
function itemsOf({ entries }: RowEntries, only: number | undefined) {
  const place = (entry: MediaEntry, index: number) => {
    const item = entry.items[index];
    return item === undefined ? [] : [{ entry, item, index }];
  };
  return (entries ?? []).flatMap((entry) =>
    only === undefined
      ? entry.items.flatMap((_, index) => place(entry, index))
      : place(entry, Math.min(only, entry.items.length - 1)),
  );
}

function Cells({ row, at, only }: CellsProps) {
  return itemsOf(row, only).map(({ entry, item, index }) => (
    <ItemCell
      // The same place keeps its element through the steps, so that nothing flashes.
      key={only === undefined ? index : entry.step}
      source={row.source}
      kind={entry.kind}
      step={entry.step}
      place={index}
      item={item}
      dated={only !== undefined || entry.step !== at}
    />
  ));
}

interface OneRunProps extends CellsProps {
  shape: Shape;
  most: number;
  size: Size;
}

function OneRun({ row, shape, at, only, most, size }: OneRunProps) {
  const box = useRef<HTMLDivElement>(null);
  const room = useRoom(box);
  if (row.entries === null) return <Waiting count={Math.min(most, 8)} />;
  const count = itemsOf(row, only).length;
  if (shape !== "tile") {
    const least = shape === "strip" || count === 1 ? "100%" : `${tileOf(size) * 2}px`;
    return (
      <div
        className="grid h-full content-start gap-2 overflow-auto"
        style={{
          gridTemplateColumns: `repeat(auto-fill, minmax(min(100%, ${least}), 1fr))`,
          gridAutoRows: shape === "page" && count === 1 ? "100%" : HIGH[shape],
        }}
      >
        <Cells row={row} at={at} only={only} />
      </div>
    );
  }
  const columns = room ? columnsFor(Math.min(count, 64), room.width, room.height) : 1;
  const least = tileOf(size) / 2;
  const high = room
    ? (room.height - (Math.ceil(count / columns) - 1) * 4) / Math.ceil(count / columns)
    : 0;
  return (
    <div
      ref={box}
      className="grid h-full content-start gap-1 overflow-y-auto"
      style={{
        gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        gridAutoRows: Math.max(least, Math.floor(high)),
      }}
    >
      {room && <Cells row={row} at={at} only={only} />}
    </div>
  );
}

function useRoom(box: React.RefObject<HTMLElement | null>) {
  const [room, setRoom] = useState<{ width: number; height: number } | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => {
      const { width, height } = element.getBoundingClientRect();
      setRoom((now) => (now?.width === width && now.height === height ? now : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  });
  return room;
}

interface RunRowProps extends CellsProps {
  shape: Shape;
  size: Size;
  /** It has one item and is as wide as its place. */
  wide: boolean;
}

function RunRow({ row, shape, at, only, size, wide }: RunRowProps) {
  const { t } = useTranslation();
  const { runName, color, rank } = row.source;
  const tile = tileOf(size);
  const width = shape === "tile" ? tile : tile * 2.4;
  const count = itemsOf(row, only).length;
  return (
    <div role="group" aria-label={runName} className="min-w-0 shrink-0">
      <div className="sticky left-0 flex h-5 w-fit max-w-full items-center gap-1.5 text-tiny text-ink-2">
        <span aria-hidden className="h-0.5 w-3 shrink-0" style={{ background: color }} />
        <span className="truncate" title={runName}>
          {runName}
        </span>
        {rank > 0 && <span className="shrink-0 text-ink-3">{t("charts.rank", { rank })}</span>}
      </div>
      <div
        className={cn("grid gap-1", !wide && count > 1 && "w-max min-w-full")}
        style={{
          gridAutoFlow: wide ? "row" : "column",
          // One page, or one sound, takes what room there is.
          gridAutoColumns: wide ? undefined : shape === "tile" || count > 1 ? width : "100%",
          gridAutoRows: shape === "tile" ? tile : HIGH[shape],
        }}
      >
        {row.entries === null ? <Waiting count={1} /> : <Cells row={row} at={at} only={only} />}
        {row.entries?.length === 0 && (
          <span className="grid place-items-center rounded bg-sunken text-tiny text-ink-3">
            {t("media.noneYet")}
          </span>
        )}
      </div>
    </div>
  );
}

/** Room of the same size until the first answer. */
function Waiting({ count }: { count: number }) {
  return (
    <div
      aria-busy
      className="grid h-full gap-1"
      style={{ gridTemplateColumns: `repeat(${Math.ceil(Math.sqrt(count))}, 1fr)` }}
    >
      {Array.from({ length: count }, (_, i) => (
        <span key={i} className="rounded bg-sunken" />
      ))}
    </div>
  );
}
