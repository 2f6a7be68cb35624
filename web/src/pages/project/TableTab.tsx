import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import { ApiError } from "@/api/client";
import type { RunTable } from "@/api/messages";
import { Failure, failureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { SearchField } from "@/components/ui/search-field";
import { say } from "@/edit/toasts";
import { cn } from "@/lib/classes";
import { download, toCsv } from "@/lib/csv";
import { useDebouncedText } from "@/lib/debounce";
import { formatCount } from "@/lib/format";
import { parseSearch } from "@/lib/search";
import { writeSorting, type Sorting } from "@/lib/sort";

import { alike, arrange, type Arranged } from "./arrange";
import { BulkBar } from "./BulkBar";
import { ColumnsMenu } from "./ColumnsMenu";
import { csvOf, type Field, NEWEST } from "./fields";
import { FilterBar } from "./FilterBar";
import { RunsTable } from "./RunsTable";
import { GroupChoice, useSorting } from "./SidebarChoices";
import { type Item, itemsOf } from "./tableGroups";
import { useWhole } from "./useCells";
import type { Columns } from "./useColumns";
import { useGrouping } from "./useGroups";
import type { List } from "./useList";
import { useRunsTable } from "./useRunsTable";
import { useSelection } from "./useSelection";

const ROUTE = "/@{$workspace}/$project";

export interface TableTabProps {
  data: RunTable;
  found: List;
  columns: Columns;
  onColumns: (change: Partial<Columns>) => void;
}

/**
 * The columns in their order, without those that tell no run from another if that is asked for. A
 * metric of which not all is known stays: it is seldom the same for all.
 */
function useArranged(found: List, columns: Columns, diff: boolean): Arranged {
  const { fields, list, rows, cells } = found;
  const [store] = cells;
  const arranged = useMemo(() => arrange(fields, columns), [fields, columns]);
  const metrics = [...arranged.pinned, ...arranged.rest]
    .filter(({ group }) => group === "last")
    .map(({ id }) => id);
  useWhole(cells, diff ? metrics : [], rows.length);
  return useMemo(() => {
    if (!diff || list.length < 2) return arranged;
    const isKnown = (field: Field) =>
      field.group !== "last" || list.every(({ run }) => store.read(run.id, field.id) !== undefined);
    const differs = (field: Field) => !isKnown(field) || !alike(field, list);
    return { pinned: arranged.pinned.filter(differs), rest: arranged.rest.filter(differs) };
  }, [arranged, list, diff, store]);
}

/** Runs and their groups as rows; groups are folded for as long as the page is open. */
function useItems(list: List["list"]) {
  const [by] = useGrouping();
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => new Set());
  const items = useMemo<Item[]>(() => itemsOf(list, by, folded), [list, by, folded]);
  const onFold = (name: string) =>
    setFolded((old) => {
      const next = new Set(old);
      if (!next.delete(name)) next.add(name);
      return next;
    });
  return { items, onFold };
}

/** The runs of a project as a table. */
export function TableTab({ data, found, columns, onColumns }: TableTabProps) {
  const { workspace, project } = useParams({ from: ROUTE });
  const { t } = useTranslation();
  const { diff = false } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const { rows, fields, list } = found;
  const [sorting] = useSorting();
  const { items, onFold } = useItems(list);
  const arranged = useArranged(found, columns, diff);
  const name = fields[0];
  const shown = useMemo(
    () => [...(name === undefined ? [] : [name]), ...arranged.pinned, ...arranged.rest],
    [name, arranged],
  );
  const place = `${workspace}/${project}`;
  const table = useRunsTable({ place, fields: shown, rows: list });
  const ordered = useMemo(
    () => items.flatMap((item) => (item.kind === "run" ? item.row.run.id : [])),
    [items],
  );
  const chosen = useSelection(ordered);
  const selection = data.editable ? chosen : null;
  const onSort = (next: Sorting) =>
    void navigate({
      search: (old) => ({ ...old, sort: writeSorting(next, NEWEST) }),
      replace: true,
    });
  const exportCsv = async () => {
    const metrics = shown.filter(({ group }) => group === "last").map(({ id }) => id);
    try {
      await found.cells[0].wantWhole(metrics, rows.length);
    } catch (error) {
      say({ look: "bad", text: failureText(error, t) });
      return;
    }
    const state = fields.filter(({ id }) => id === "state");
    const [first, ...others] = shown;
    const out = [...(first ? [first] : []), ...state, ...others];
    const text = toCsv(
      ...csvOf(
        out,
        items.flatMap((item) => (item.kind === "run" ? item.row : [])),
      ),
    );
    download(`${project}.csv`, text, "text/csv;charset=utf-8");
  };
  return (
    <>
      <Tools
        data={data}
        found={found}
        columns={columns}
        onColumns={onColumns}
        onCsv={() => void exportCsv()}
      />
      {selection !== null && selection.ids.size > 0 && (
        <BulkBar workspace={workspace} project={project} rows={rows} selection={selection} />
      )}
      <Body found={found}>
        <RunsTable
          table={table}
          items={items}
          onFold={onFold}
          arranged={arranged}
          columns={columns}
          onColumns={onColumns}
          sorting={sorting}
          onSort={onSort}
          workspace={workspace}
          project={project}
          selection={selection}
          cells={found.cells}
          count={rows.length}
        />
      </Body>
    </>
  );
}

/** The table, or why there is none. What was there stays while the server is asked again. */
function Body({ found, children }: { found: List; children: ReactNode }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: ROUTE });
  const { error, list, waiting } = found;
  const bad = error instanceof ApiError && error.status === 400; // Said beside the filter.
  if (error !== null && !bad && list.length === 0) return <Failure error={error} />;
  if (list.length === 0 && waiting) return <div aria-busy className="grow" />;
  if (list.length === 0)
    return (
      <div className="flex flex-col items-center gap-3 py-16 text-ink-2">
        <p>{t("common.noneShort")}</p>
        <Button
          onClick={() =>
            void navigate({ search: (old) => ({ ...old, q: undefined, filter: undefined }) })
          }
        >
          {t("runs.clearSearch")}
        </Button>
      </div>
    );
  return (
    <div aria-busy={waiting} className={cn("flex min-h-0 grow flex-col", waiting && "opacity-60")}>
      {children}
    </div>
  );
}

function Tools(props: TableTabProps & { onCsv: () => void }) {
  const { data, found, columns, onColumns, onCsv } = props;
  const { t } = useTranslation();
  const { q = "", diff = false } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const [text, setText] = useDebouncedText(
    q,
    (next) => void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true }),
  );
  return (
    <div className="flex shrink-0 flex-col gap-2 border-b border-line bg-panel px-3.5 py-2 max-sm:px-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          value={text}
          onChange={setText}
          label={t("runs.search")}
          invalid={parseSearch(text).invalid}
          className="w-72 max-w-full max-sm:w-full"
        />
        <GroupChoice fields={found.fields} />
        <Checkbox
          checked={diff}
          onChange={(next) =>
            void navigate({
              search: (old) => ({ ...old, diff: next ? true : undefined }),
              replace: true,
            })
          }
        >
          {t("project.diffOnly")}
        </Checkbox>
        <Count data={data} found={found} />
        <div className="grow" />
        <ColumnsMenu fields={found.fields} columns={columns} onChange={onColumns} />
        <Button onClick={onCsv} title={t("runs.csv")}>
          <Download aria-hidden />
          <span className="max-sm:sr-only">{t("runs.csv")}</span>
        </Button>
      </div>
      <FilterBar
        keys={data.keys}
        rows={found.rows}
        refused={found.error?.message}
        onConfigs={found.wantConfigs}
      />
    </div>
  );
}

/** How many runs are found, and what could not be shown of them. */
function Count({ data, found }: { data: RunTable; found: List }) {
  const { t, i18n } = useTranslation();
  const { rows, list } = found;
  const count = (number: number) => formatCount(number, i18n.language);
  return (
    <>
      <span role="status" className="text-small text-ink-3">
        {list.length === rows.length
          ? t("runs.total", { count: rows.length, total: count(rows.length) })
          : t("runs.count", { count: rows.length, shown: count(list.length) })}
      </span>
      {found.cells[0].error() !== null && (
        <span role="alert" className="text-small text-warn">
          {t("table.cellsFailed")}
        </span>
      )}
      {data.keys_total > data.keys.length && (
        <span className="text-small text-warn">
          {t("runs.keysCut", { shown: count(data.keys.length), total: count(data.keys_total) })}
        </span>
      )}
    </>
  );
}
