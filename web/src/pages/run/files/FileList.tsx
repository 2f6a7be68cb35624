import { useVirtualizer } from "@tanstack/react-virtual";
import { Download, File, Folder } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "@/i18n";

import { fileUrl } from "@/api/client";
import { ariaSort, SortHeader } from "@/components/SortHeader";
import { buttonClass } from "@/components/ui/button";
import { cn } from "@/lib/classes";
import { formatAgo, formatBytes, formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";
import type { Sorting } from "@/lib/sort";

import type { RunPlace } from "../logs/useLogs";
import type { Entry } from "./tree";

const ROW = 32;
const COLUMNS =
  "grid grid-cols-[minmax(0,1fr)_90px_110px_40px] max-sm:grid-cols-[minmax(0,1fr)_80px_40px]";

interface RowProps {
  entry: Entry;
  index: number;
  chosen: boolean;
  now: number;
  place: RunPlace;
  onOpen: (entry: Entry) => void;
}

function Status({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  if (entry.kind === "folder")
    return (
      <span className="ml-2 shrink-0 text-small text-ink-2">
        {t("files.folder", { count: entry.files, n: entry.files })}
      </span>
    );
  const { error, stored } = entry.file;
  if (error !== null)
    return (
      <span className="ml-2 truncate text-small text-bad" title={error}>
        {t("files.failed", { reason: error })}
      </span>
    );
  if (stored) return null;
  return (
    <span className="ml-2 shrink-0 text-small text-warn" title={t("files.pendingHint")}>
      {t("files.pending")}
    </span>
  );
}

function Row({ entry, index, chosen, now, place, onOpen }: RowProps) {
  const { t, i18n } = useTranslation();
  const about = entry.kind === "folder" ? entry : entry.file;
  const Icon = entry.kind === "folder" ? Folder : File;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cn(
        COLUMNS,
        "absolute top-0 left-0 w-full items-center border-b border-line",
        chosen ? "bg-accent-soft" : "hover:bg-accent-soft",
      )}
      style={{ height: ROW, transform: `translateY(${index * ROW}px)` }}
    >
      <div role="rowheader" className="flex min-w-0 items-center pl-3">
        <button
          type="button"
          onClick={() => onOpen(entry)}
          aria-current={chosen ? "true" : undefined}
          title={entry.path}
          className="flex min-w-0 items-center gap-2 hover:underline"
        >
          <Icon aria-hidden className="size-3.5 shrink-0 text-ink-3" />
          <span className="truncate">{entry.name}</span>
        </button>
        <Status entry={entry} />
      </div>
      <div role="cell" title={String(about.size)} className="truncate px-1.5 text-right">
        {formatBytes(about.size)}
      </div>
      <div
        role="cell"
        title={about.mtime > 0 ? formatMoment(about.mtime, i18n.language) : undefined}
        className="truncate px-1.5 text-right text-ink-2 max-sm:hidden"
      >
        {about.mtime > 0 ? formatAgo(about.mtime, now, i18n.language) : "–"}
      </div>
      <div role="cell" className="grid place-items-center">
        {entry.kind === "file" && entry.file.stored && (
          <a
            href={fileUrl(place.workspace, place.project, place.run, entry.path)}
            download
            aria-label={t("files.download", { name: entry.name })}
            className={cn(buttonClass("quiet", "icon"), "size-6")}
          >
            <Download aria-hidden />
          </a>
        )}
      </div>
    </div>
  );
}

export interface FileListProps {
  entries: Entry[];
  chosen: string | undefined;
  place: RunPlace;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  onOpen: (entry: Entry) => void;
}

/** Folders and files, to be opened, sorted and saved. */
export function FileList({ entries, chosen, place, sorting, onSort, onOpen }: FileListProps) {
  const { t } = useTranslation();
  const now = useNow(30_000);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  const header = (id: string, label: string, className: string) => (
    <div role="columnheader" aria-sort={ariaSort(id, sorting)} className={className}>
      <SortHeader id={id} label={label} sorting={sorting} onSort={onSort} numeric={id !== "name"} />
    </div>
  );
  return (
    <div
      ref={scroller}
      role="table"
      aria-label={t("run.files")}
      aria-rowcount={entries.length + 1}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
      tabIndex={0}
      className="min-h-0 grow overflow-auto focus-visible:-outline-offset-2"
    >
      <div role="rowgroup" className="sticky top-0 z-10 bg-panel">
        <div
          role="row"
          aria-rowindex={1}
          className={cn(COLUMNS, "h-8 border-b border-line-strong")}
        >
          {header("name", t("files.name"), "pl-3")}
          {header("size", t("files.size"), "px-1.5")}
          {header("changed", t("files.changed"), "px-1.5 max-sm:hidden")}
          <div role="columnheader" aria-label={t("files.save")} />
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index }) => {
          const entry = entries[index];
          return (
            entry !== undefined && (
              <Row
                key={entry.kind + entry.path}
                entry={entry}
                index={index}
                chosen={entry.path === chosen}
                now={now}
                place={place}
                onOpen={onOpen}
              />
            )
          );
        })}
      </div>
    </div>
  );
}
