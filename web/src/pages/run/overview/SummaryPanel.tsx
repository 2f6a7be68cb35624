import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { concerns } from "@/api/live";
import type { Hint, Run, Series } from "@/api/messages";
import { seriesQuery, useRefresh } from "@/api/queries";
import { Failure } from "@/components/Failure";
import { CopyButton } from "@/components/CopyButton";
import { Panel } from "@/components/Panel";
import { SaveMenu } from "@/components/SaveMenu";
import { SearchField } from "@/components/ui/search-field";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/classes";
import { exactValue, formatCount, formatValue, type Value } from "@/lib/format";
import { parseSearch } from "@/lib/search";

import { type SummaryRow, summaryRows } from "./summaryRows";

const ROW = 30;
/** What the machine's own series begin with; they have a tab of their own. */
const SYSTEM = "__swanlab__.";

/** What of every series a CSV holds. */
const SAVED = [
  "key",
  "rank",
  "last",
  "last_step",
  "min",
  "min_step",
  "max",
  "max_step",
  "mean",
  "count",
] as const;

const COLUMNS =
  "grid grid-cols-[minmax(0,1fr)_repeat(3,84px)_64px] max-sm:grid-cols-[minmax(0,1fr)_repeat(3,80px)]";

interface NumberCellProps {
  value: Value;
  step?: number | null;
}

function NumberCell({ value, step }: NumberCellProps) {
  const { t, i18n } = useTranslation();
  const at =
    step === null || step === undefined
      ? ""
      : `\n${t("run.atStep", { step: formatCount(step, i18n.language) })}`;
  return (
    <div
      role="cell"
      title={exactValue(value) + at}
      className="group/cell relative truncate px-1.5 text-right"
    >
      {formatValue(value)}
      <CopyButton
        text={exactValue(value)}
        label={t("run.copyValue", { value: exactValue(value) })}
        className="absolute inset-y-0 left-0 h-auto w-6 bg-panel opacity-0 group-hover/cell:opacity-100 focus-visible:opacity-100"
      />
    </div>
  );
}

interface RowProps<T> {
  row: T;
  index: number;
}

const PLACED = "absolute top-0 left-0 w-full items-center border-b border-line";

function GroupRow({
  row,
  index,
  onFold,
}: RowProps<SummaryRow & { kind: "group" }> & { onFold: (name: string) => void }) {
  const { t } = useTranslation();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cn("flex", PLACED)}
      style={{ height: ROW, transform: `translateY(${index * ROW}px)` }}
    >
      <div role="rowheader" aria-colspan={5} className="min-w-0 grow">
        <button
          type="button"
          aria-expanded={row.open}
          onClick={() => onFold(row.name)}
          className="flex w-full items-center gap-1 px-2 font-medium hover:bg-accent-soft"
        >
          <ChevronRight
            aria-hidden
            className={cn("size-3.5 shrink-0 text-ink-3", row.open && "rotate-90")}
          />
          <span className="truncate">{row.name}</span>
          <span className="text-small font-normal text-ink-2">
            {t("run.series", { count: row.count })}
          </span>
        </button>
      </div>
    </div>
  );
}

function SeriesRow({
  row: { series, label, depth },
  index,
  ranks,
}: RowProps<SummaryRow & { kind: "series" }> & { ranks: boolean }) {
  const { t, i18n } = useTranslation();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cn(COLUMNS, PLACED, "hover:bg-accent-soft")}
      style={{ height: ROW, transform: `translateY(${index * ROW}px)` }}
    >
      <div
        role="rowheader"
        title={series.key}
        className="truncate"
        style={{ paddingLeft: 12 + depth * 14 }}
      >
        {label}
        {ranks && (
          <span className="ml-1.5 text-tiny text-ink-2">
            {t("run.rank", { rank: series.rank })}
          </span>
        )}
      </div>
      <NumberCell value={series.last} step={series.last_step} />
      <NumberCell value={series.min} step={series.min_step} />
      <NumberCell value={series.max} step={series.max_step} />
      <div
        role="cell"
        className="truncate pr-3 pl-1.5 text-right text-ink-2 max-sm:hidden"
        title={formatCount(series.count, i18n.language)}
      >
        {formatValue(series.count)}
      </div>
    </div>
  );
}

function SummaryTable({ series }: { series: Series[] }) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => summaryRows(series, folded), [series, folded]);
  const fold = (name: string) => {
    const next = new Set(folded);
    if (!next.delete(name)) next.add(name);
    setFolded(next);
  };
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  const ranks = series.some(({ rank }) => rank > 0);
  const head = "px-1.5 text-right text-small font-normal text-ink-2";
  return (
    <div
      ref={scroller}
      role="table"
      aria-label={t("run.summary")}
      aria-rowcount={shown.length + 1}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
      tabIndex={0}
      className="max-h-[70vh] overflow-auto focus-visible:-outline-offset-2"
    >
      <div role="rowgroup" className="sticky top-0 z-10 bg-panel">
        <div
          role="row"
          aria-rowindex={1}
          className={cn(COLUMNS, "h-8 items-center border-b border-line-strong")}
        >
          <div role="columnheader" className="pl-3 text-small text-ink-2">
            {t("run.key")}
          </div>
          <div role="columnheader" className={head}>
            {t("run.last")}
          </div>
          <div role="columnheader" className={head}>
            {t("run.min")}
          </div>
          <div role="columnheader" className={head}>
            {t("run.max")}
          </div>
          <div role="columnheader" className={cn(head, "pr-3 max-sm:hidden")}>
            {t("run.points")}
          </div>
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index }) => {
          const row = shown[index];
          if (row === undefined) return null;
          if (row.kind === "group")
            return <GroupRow key={`/${row.name}`} row={row} index={index} onFold={fold} />;
          const { key, rank } = row.series;
          return <SeriesRow key={`${key}\n${rank}`} row={row} index={index} ranks={ranks} />;
        })}
      </div>
    </div>
  );
}

function SummarySkeleton() {
  return Array.from({ length: 6 }, (_, index) => (
    <div key={index} className="flex h-(--row) items-center gap-4 border-b border-line px-3">
      <Skeleton className="w-32" />
      <Skeleton className="ml-auto w-12" />
      <Skeleton className="w-12" />
    </div>
  ));
}

/** Last, least and greatest value of every key. */
export function SummaryPanel({ run: { workspace, project, id: run, name } }: { run: Run }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const query = seriesQuery(workspace, project, run);
  const list = useQuery(query);
  const changed = useCallback(
    (hint: Hint) =>
      (hint.kinds.includes("series") || hint.kinds.includes("keys")) &&
      concerns(hint, { workspace, project, run }),
    [workspace, project, run],
  );
  useRefresh(query.queryKey, changed);
  const all = useMemo(
    () => list.data?.series.filter(({ key }) => !key.startsWith(SYSTEM)),
    [list.data],
  );
  const search = useMemo(() => parseSearch(text), [text]);
  const shown = useMemo(() => all?.filter(({ key }) => search.matches(key)), [all, search]);
  return (
    <Panel
      title={t("run.summary")}
      tools={
        (all?.length ?? 0) > 0 && (
          <>
            <SearchField
              value={text}
              onChange={setText}
              label={t("run.searchKeys")}
              invalid={search.invalid}
              className="w-52"
            />
            <SaveMenu
              name={`${name}-summary`}
              value={all ?? []}
              rows={{
                header: [...SAVED],
                rows: () => (all ?? []).map((one) => SAVED.map((column) => one[column])),
              }}
            />
          </>
        )
      }
    >
      {list.error !== null && all === undefined && (
        <Failure embedded error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.error === null && all === undefined && <SummarySkeleton />}
      {all?.length === 0 && <p className="px-3 py-4 text-ink-2">{t("run.summaryEmpty")}</p>}
      {all !== undefined && all.length > 0 && shown?.length === 0 && (
        <p className="px-3 py-4 text-ink-2">{t("common.none", { query: text })}</p>
      )}
      {shown !== undefined && shown.length > 0 && <SummaryTable series={shown} />}
    </Panel>
  );
}
