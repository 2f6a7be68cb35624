import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Download } from "lucide-react";
import { useCallback, useMemo, useRef } from "react";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import { concerns } from "@/api/live";
import type { Hint } from "@/api/messages";
import { useRefresh } from "@/api/queries";
import { type Held, hasOf } from "@/charts/drawn";
import { strokeOf, styleOfRun } from "@/charts/palette";
import { inBlocks } from "@/charts/sections";
import { Failure } from "@/components/Failure";
import { StateIcon } from "@/components/StateMark";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { SearchField } from "@/components/ui/search-field";
import { cn } from "@/lib/classes";
import { download, toCsv } from "@/lib/csv";
import { useDebouncedText } from "@/lib/debounce";
import { parseSearch } from "@/lib/search";

import { type CompareRow, compareRuns } from "./compare";
import type { Row } from "./fields";
import { useCellContext, useFollowLinks } from "./useCellContext";

const ROUTE = "/@{$workspace}/$project";
const ROW = 28;
const NAME = 240;
const CELL = 168;
/** More runs than this beside each other are no comparison. */
const MOST = 50;

const NO_CELLS: never[] = [];
/** Keys in one question. */
const KEYS = 1000;

export interface CompareTabProps {
  drawn: readonly Row[];
  /** The keys of the project, and which runs have which. */
  held: Held;
}

/** The keys that any of the runs has. */
function keysOf(runs: readonly Row[], held: Held): string[] {
  const has = hasOf(held);
  const sets = [...new Set(runs.map(({ run }) => has(run.has ?? null)))];
  return held.keys.filter((_, place) => sets.some((set) => set[place] === true));
}

/** The last values of the runs, by key, and when they were fetched. */
function useLast(runs: readonly Row[], keys: readonly string[]) {
  const { workspace, project } = useParams({ from: ROUTE });
  const asked = JSON.stringify([runs.map(({ run }) => run.id), keys]);
  const queryKey = useMemo(() => ["cells", workspace, project, asked], [workspace, project, asked]);
  const mine = useCallback(
    (hint: Hint) => concerns(hint, { workspace, project }),
    [workspace, project],
  );
  useRefresh(queryKey, mine);
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const ids = runs.map(({ run }) => run.id);
      const parts = inBlocks(keys, KEYS).map((part) =>
        api.cells(
          workspace,
          project,
          ids,
          part.map((key) => ({ key, stat: "last" as const })),
          signal,
        ),
      );
      return (await Promise.all(parts)).flatMap(({ cells }) => cells);
    },
    placeholderData: keepPreviousData,
    structuralSharing: false,
  });
}

/** The drawn runs beside each other: what differs between them, or all of it. */
export default function CompareTab({ drawn, held }: CompareTabProps) {
  const { t } = useTranslation();
  const { project } = useParams({ from: ROUTE });
  const { find = "", same = false } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const runs = useMemo(() => drawn.slice(0, MOST), [drawn]);
  const keys = useMemo(() => keysOf(runs, held), [runs, held]);
  const last = useLast(runs, keys);
  const cells = last.isPlaceholderData ? undefined : last.data;
  const rows = useMemo(() => compareRuns(runs, keys, cells ?? NO_CELLS), [runs, keys, cells]);
  const search = useMemo(() => parseSearch(find), [find]);
  const shown = useMemo(
    () =>
      rows.filter((row) => (same || row.differs || runs.length < 2) && search.matches(row.label)),
    [rows, same, runs.length, search],
  );
  const [text, setText] = useDebouncedText(
    find,
    (next) =>
      void navigate({ search: (old) => ({ ...old, find: next || undefined }), replace: true }),
  );
  const save = () =>
    download(
      `${project}-compared.csv`,
      toCsv(
        ["", ...runs.map(({ run }) => run.name)],
        shown.map((row) => [row.id, ...row.cells.map(({ exact }) => exact)]),
      ),
      "text/csv;charset=utf-8",
    );
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3.5 py-2 max-sm:px-2">
        <SearchField
          value={text}
          onChange={setText}
          label={t("project.searchRows")}
          invalid={parseSearch(text).invalid}
          className="w-60 max-sm:grow"
        />
        <Checkbox
          checked={!same}
          onChange={(diffOnly) =>
            void navigate({
              search: (old) => ({ ...old, same: diffOnly ? undefined : true }),
              replace: true,
            })
          }
        >
          {t("project.diffOnly")}
        </Checkbox>
        <span role="status" className="text-small text-ink-3">
          {t("project.rowsOf", { shown: shown.length, count: rows.length })}
        </span>
        {drawn.length > MOST && (
          <span className="text-small text-warn">{t("project.cut", { count: MOST })}</span>
        )}
        <div className="grow" />
        <Button onClick={save} title={t("runs.csv")}>
          <Download aria-hidden />
          <span className="max-sm:sr-only">{t("runs.csv")}</span>
        </Button>
      </div>
      {last.error !== null && last.data === undefined ? (
        <Failure error={last.error} onRetry={() => void last.refetch()} />
      ) : runs.length === 0 ? (
        <p className="px-4 py-16 text-center text-ink-2">{t("project.noneDrawn")}</p>
      ) : (
        <Sheet runs={runs} rows={shown} />
      )}
    </>
  );
}

function Sheet({ runs, rows }: { runs: readonly Row[]; rows: readonly CompareRow[] }) {
  const { t } = useTranslation();
  const { workspace, project } = useParams({ from: ROUTE });
  const context = useCellContext(workspace, project);
  const follow = useFollowLinks();
  const scroller = useRef<HTMLDivElement>(null);
  const window = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- clicks of the links inside
    <div
      ref={scroller}
      role="table"
      aria-label={t("project.compare")}
      aria-rowcount={rows.length + 1}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
      tabIndex={0}
      onClick={follow}
      className="min-h-0 grow overflow-auto bg-panel focus-visible:-outline-offset-2"
    >
      <div style={{ width: NAME + CELL * runs.length }} className="min-w-full">
        <div role="rowgroup" className="sticky top-0 z-20">
          <div role="row" className="flex h-9 border-b border-line-strong bg-panel">
            <div
              role="columnheader"
              style={{ width: NAME }}
              className="sticky left-0 z-10 shrink-0 border-r border-line bg-panel"
            >
              <span className="sr-only">{t("project.row")}</span>
            </div>
            {runs.map(({ run }) => (
              <div
                key={run.id}
                role="columnheader"
                style={{ width: CELL, boxShadow: `inset 0 3px ${colourOf(run)}` }}
                className="flex shrink-0 items-center gap-1.5 px-2"
              >
                <StateIcon state={run.state} name={context.stateNames[run.state]} />
                <a
                  href={context.hrefOf(run)}
                  title={run.name}
                  className="truncate font-medium hover:underline"
                >
                  {run.name}
                </a>
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: window.getTotalSize() }}>
          {window.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return row && <Line key={row.id} row={row} top={start} runs={runs} index={index} />;
          })}
        </div>
        {rows.length === 0 && (
          <p className="px-4 py-16 text-center text-ink-2">{t("project.allSame")}</p>
        )}
      </div>
    </div>
  );
}

function colourOf(run: Row["run"]): string {
  const style = styleOfRun(run);
  return style.color === undefined ? `var(--run-${style.hue + 1})` : strokeOf(style);
}

interface LineProps {
  row: CompareRow;
  top: number;
  runs: readonly Row[];
  index: number;
}

function Line({ row, top, runs, index }: LineProps) {
  const { t } = useTranslation();
  const label = row.group === "run" ? t(`project.said.${row.label as Said}`) : row.label;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className="absolute top-0 left-0 flex min-w-full border-b border-line hover:bg-accent-soft"
      style={{ height: ROW, transform: `translateY(${top}px)` }}
    >
      <div
        role="rowheader"
        style={{ width: NAME }}
        className="sticky left-0 flex shrink-0 items-center gap-2 border-r border-line bg-panel px-3.5 max-sm:px-2"
      >
        <span className="truncate" title={label}>
          {label}
        </span>
        {row.group === "config" && (
          <span className="ml-auto text-tiny text-ink-3">{t("runs.config")}</span>
        )}
      </div>
      {row.cells.map((cell, i) => (
        <div
          key={runs[i]?.run.id ?? i}
          role="cell"
          title={cell.exact}
          style={{ width: CELL }}
          className={cn(
            "flex shrink-0 items-center overflow-hidden px-2",
            !row.differs && "text-ink-3",
          )}
        >
          <span className="truncate">{cell.text}</span>
        </div>
      ))}
    </div>
  );
}

type Said = "description" | "tags" | "group" | "jobType";
