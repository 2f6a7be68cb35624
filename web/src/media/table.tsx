import { useQueries } from "@tanstack/react-query";
import { useId, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import type { MediaItem } from "@/api/messages";

import { useParsed } from "./bytes";
import { NotReady } from "./NotReady";
import { bound, joined, parseTable, type Part, stacked } from "./table/model";
import { TableView } from "./table/TableView";
import type { EntriesViewerProps, ItemViewerProps, MediaKind, MediaSource } from "./viewer";

function Table({ source, step, item, full }: ItemViewerProps) {
  const raw = useParsed(source, item, parseTable);
  const value = raw.state === "ready" ? raw.value : null;
  const table = useMemo(
    () => value && bound(value, source, step, item),
    [value, source, step, item],
  );
  if (raw.state !== "ready") return <NotReady held={raw} />;
  return table && <TableView table={table} name={item.caption ?? source.key} full={full} />;
}

interface Wanted {
  from: string | number;
  source: MediaSource;
  step: number;
  item: MediaItem;
}

/** So many tables are joined, the newest ones. */
const MOST = 50;

/** Of several runs the last table each, of one run those of its steps. */
function wantedOf(sources: EntriesViewerProps["sources"]): Wanted[] {
  const several = sources.length > 1;
  return sources
    .flatMap(({ source, entries }) =>
      (several ? entries.slice(-1) : entries).flatMap(({ step, items }) =>
        items.map((item) => {
          const name = source.rank > 0 ? `${source.runName} · ${source.rank}` : source.runName;
          return { from: several ? name : step, source, step, item };
        }),
      ),
    )
    .slice(-MOST);
}

async function fetchText({ source, item }: Wanted, signal: AbortSignal): Promise<string | null> {
  if (item.text !== null) return item.text;
  if (item.digest === null) return null;
  const { workspace, project, run } = source;
  return new TextDecoder().decode(
    await api.mediaBytes(workspace, project, run, item.digest, signal),
  );
}

/** Tables of several runs or steps as one. */
function Joined({ sources, full }: EntriesViewerProps) {
  const { t } = useTranslation();
  const [by, setBy] = useState("");
  const id = useId();
  const wanted = useMemo(() => wantedOf(sources), [sources]);
  const found = useQueries({
    queries: wanted.map((one) => ({
      queryKey: ["media", "table", one.source.run, one.step, one.item.digest ?? one.item.text],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const text = await fetchText(one, signal);
        return text === null ? null : parseTable(text);
      },
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 60_000,
      structuralSharing: false as const,
    })),
    combine: (answers) => ({
      data: answers.map(({ data }) => data),
      waiting: answers.some(({ isPending }) => isPending),
      failed: answers.find(({ error }) => error !== null),
    }),
  });
  const parts = useMemo(
    () =>
      wanted.flatMap((one, i): Part[] => {
        const raw = found.data[i];
        return raw ? [{ from: one.from, table: bound(raw, one.source, one.step, one.item) }] : [];
      }),
    [wanted, found.data],
  );
  const columns = useMemo(() => [...new Set(parts.flatMap(({ table }) => table.columns))], [parts]);
  const first = t(sources.length > 1 ? "media.run" : "media.stepColumn");
  const key = columns.includes(by) ? by : "";
  const table = useMemo(
    () => (key === "" ? stacked(parts, first) : joined(parts, key)),
    [parts, key, first],
  );
  if (found.failed)
    return (
      <NotReady
        held={{
          state: "failed",
          error: found.failed.error,
          retry: () => void found.failed?.refetch(),
        }}
      />
    );
  if (found.waiting) return <NotReady held={{ state: "loading" }} />;
  const [name = ""] = sources.map(({ source }) => source.key);
  return (
    <TableView table={table} name={name} full={full}>
      <label htmlFor={id} className="sr-only">
        {t("media.joinBy")}
      </label>
      <select
        id={id}
        value={key}
        title={t("media.joinBy")}
        onChange={(event) => setBy(event.target.value)}
        className="h-6 max-w-40 min-w-0 cursor-pointer max-sm:max-w-28 rounded border border-line-strong bg-panel px-1 text-small"
      >
        <option value="">{t("media.stacked")}</option>
        {columns.map((column) => (
          <option key={column} value={column}>
            {t("media.joinedBy", { column })}
          </option>
        ))}
      </select>
    </TableView>
  );
}

export const viewer: MediaKind = { Item: Table, Entries: Joined };
