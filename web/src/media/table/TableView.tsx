import { useVirtualizer } from "@tanstack/react-virtual";
import { Download, Filter } from "lucide-react";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { ariaSort, SortHeader } from "@/components/SortHeader";
import { IconButton } from "@/components/ui/icon-button";
import { SearchField } from "@/components/ui/search-field";
import { cn } from "@/lib/classes";
import { download, toCsv } from "@/lib/csv";
import { formatNumber } from "@/lib/format";
import { parseSearch } from "@/lib/search";
import type { Sorting } from "@/lib/sort";

import { ItemView } from "../ItemView";
import { type Cell, chosenRows, hasMedia, isMedia, isNumeric, type Table, textOf } from "./model";

export interface TableViewProps {
  table: Table;
  name: string;
  full: boolean;
  /** Beside the search: how tables are joined. */
  children?: React.ReactNode;
}

const NOT_SORTED: Sorting = { id: "", desc: false };
const HEAD = 28;

/** How wide a column is and how high a row, by what is in it (px). */
const ROOM = {
  small: { row: 26, media: 64, number: 88, text: 150, picture: 96 },
  large: { row: 28, media: 112, number: 110, text: 240, picture: 168 },
};

/** Rows of values: sorted, searched, filtered by column; only those in sight exist. */
export function TableView({ table, name, full, children }: TableViewProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [filters, setFilters] = useState<ReadonlyMap<number, string>>(new Map());
  const [filtering, setFiltering] = useState(false);
  const sought = useDeferredValue(query);
  const asked = useDeferredValue(filters);
  const rows = useMemo(() => {
    const { matches } = parseSearch(sought);
    return chosenRows(table, { matches, filters: asked, sorting });
  }, [table, sought, asked, sorting]);
  const save = () =>
    download(
      `${name.replaceAll(/[^\w.-]+/g, "-")}.csv`,
      toCsv(
        [...table.columns],
        rows.map((row) => row.map(textOf)),
      ),
      "text/csv;charset=utf-8",
    );
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 items-center gap-2 pb-1">
        <SearchField
          value={query}
          onChange={setQuery}
          label={t("media.searchTable")}
          invalid={parseSearch(query).invalid}
          className="h-6 w-24 min-w-20 grow"
        />
        {children}
        <span role="status" className="shrink-0 text-tiny text-ink-3 max-sm:sr-only">
          {t("project.rowsOf", { shown: rows.length, count: table.rows.length })}
        </span>
        <IconButton
          label={t("media.filterColumns")}
          pressed={filtering}
          onClick={() => {
            setFiltering(!filtering);
            if (filtering) setFilters(new Map());
          }}
        >
          <Filter aria-hidden />
        </IconButton>
        <IconButton label={t("runs.csv")} onClick={save}>
          <Download aria-hidden />
        </IconButton>
      </div>
      <Sheet
        table={table}
        rows={rows}
        name={name}
        full={full}
        sorting={sorting ?? NOT_SORTED}
        onSort={setSorting}
        filters={filtering ? filters : null}
        onFilter={(place, text) => setFilters((now) => new Map(now).set(place, text))}
      />
    </div>
  );
}

interface SheetProps {
  table: Table;
  rows: Table["rows"];
  name: string;
  full: boolean;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  /** Null: there is no row to filter in. */
  filters: ReadonlyMap<number, string> | null;
  onFilter: (place: number, text: string) => void;
}

interface Column {
  name: string;
  numeric: boolean;
  width: number;
}

function Sheet({ table, rows, name, full, sorting, onSort, filters, onFilter }: SheetProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const room = full ? ROOM.large : ROOM.small;
  const { columns, high } = useMemo(() => {
    const media = table.columns.map((_, place) => hasMedia(table, place));
    const made = table.columns.map((label, place): Column => {
      const numeric = isNumeric(table, place);
      const width = media[place] ? room.picture : numeric ? room.number : room.text;
      return { name: label, numeric, width };
    });
    return { columns: made, high: media.some(Boolean) ? room.media : room.row };
  }, [table, room]);
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (place) => columns[place]?.width ?? room.text,
    overscan: 3,
  });
  const down = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => high,
    overscan: 6,
  });
  const seen = across.getVirtualItems().flatMap(({ index, start }) => {
    const column = columns[index];
    return column ? [{ ...column, place: index, start }] : [];
  });
  return (
    <div
      ref={scroller}
      role="table"
      aria-label={name}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
      tabIndex={0}
      className="min-h-0 grow overflow-auto rounded border border-line focus-visible:-outline-offset-2"
    >
      <div className="min-w-full" style={{ width: across.getTotalSize() }}>
        <div role="rowgroup" className="sticky top-0 z-10 border-b border-line-strong bg-panel">
          <div role="row" className="relative" style={{ height: HEAD + (filters ? HEAD : 0) }}>
            {seen.map(({ place, start, width, name: label, numeric }) => (
              <div
                key={place}
                role="columnheader"
                aria-colindex={place + 1}
                aria-sort={ariaSort(String(place), sorting)}
                className="absolute top-0 px-2"
                style={{ left: start, width }}
              >
                <div style={{ height: HEAD }}>
                  <SortHeader
                    id={String(place)}
                    label={label}
                    sorting={sorting}
                    onSort={onSort}
                    numeric={numeric}
                  />
                </div>
                {filters && (
                  <input
                    value={filters.get(place) ?? ""}
                    aria-label={t("media.filterOf", { name: label })}
                    placeholder={numeric ? "> 0.5" : "…"}
                    onChange={(event) => onFilter(place, event.target.value)}
                    className="mb-1 h-6 w-full rounded border border-line bg-sunken px-1.5 text-small"
                  />
                )}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: down.getTotalSize() }}>
          {down.getVirtualItems().map(({ index, start: top }) => (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              className="absolute left-0 w-full border-b border-line hover:bg-accent-soft"
              style={{ height: high, transform: `translateY(${top}px)` }}
            >
              {seen.map(({ place, start, width, numeric }) => (
                <div
                  key={place}
                  role="cell"
                  aria-colindex={place + 1}
                  className={cn(
                    "absolute inset-y-0 flex items-center overflow-hidden px-2 py-0.5",
                    numeric && "justify-end",
                  )}
                  style={{ left: start, width }}
                >
                  <CellView cell={rows[index]?.[place] ?? null} lines={high > ROOM.large.row} />
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function CellView({ cell, lines }: { cell: Cell; lines: boolean }) {
  const { t } = useTranslation();
  if (cell === null) return <span className="text-ink-3">–</span>;
  if (isMedia(cell))
    return (
      <div className="h-full w-full min-w-0" title={cell.item.caption ?? undefined}>
        <ItemView
          kind={cell.kind}
          source={cell.source}
          step={cell.step}
          item={cell.item}
          full={false}
        />
      </div>
    );
  if (typeof cell === "boolean") return <span>{t(cell ? "common.yes" : "common.no")}</span>;
  if (typeof cell === "number") return <span title={String(cell)}>{formatNumber(cell)}</span>;
  return (
    <span
      title={cell.slice(0, 2000)}
      className={lines ? "line-clamp-4 break-words" : "truncate whitespace-pre"}
    >
      {cell}
    </span>
  );
}
