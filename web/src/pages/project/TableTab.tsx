import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { RunTable } from "@/api/messages";
import { Button } from "@/components/ui/button";
import { SearchField } from "@/components/ui/search-field";
import { download, toCsv } from "@/lib/csv";
import { useDebouncedText } from "@/lib/debounce";
import { formatCount } from "@/lib/format";
import { parseSearch } from "@/lib/search";
import { parseSorting, writeSorting, type Sorting } from "@/lib/sort";

import { BulkBar } from "./BulkBar";
import { ColumnsMenu } from "./ColumnsMenu";
import { csvOf, type Field, filterRows, NEWEST, type Row } from "./fields";
import { RunsTable } from "./RunsTable";
import { useHidden } from "./useHidden";
import { useRunsTable } from "./useRunsTable";
import { useSelection } from "./useSelection";

const ROUTE = "/@{$workspace}/$project";

export interface TableTabProps {
  data: RunTable;
  rows: Row[];
  fields: Field[];
}

/** The runs of a project as a table. */
export function TableTab({ data, rows, fields }: TableTabProps) {
  const { t, i18n } = useTranslation();
  const { workspace, project } = useParams({ from: ROUTE });
  const { q = "", sort } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const place = `${workspace}/${project}`;
  const [hidden, setHidden] = useHidden(place);
  const search = useMemo(() => parseSearch(q), [q]);
  const shown = useMemo(() => filterRows(rows, search.matches), [rows, search]);
  const sorting = useMemo(() => parseSorting(sort, NEWEST), [sort]);
  const table = useRunsTable({ place, fields, rows: shown, sorting, hidden });
  const found = table.getRowModel().rows;
  const ordered = useMemo(() => found.map(({ id }) => id), [found]);
  const chosen = useSelection(ordered);
  const selection = data.editable ? chosen : null;
  const [text, setText] = useDebouncedText(
    q,
    (next) => void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true }),
  );
  const onSort = (next: Sorting) =>
    void navigate({
      search: (old) => ({ ...old, sort: writeSorting(next, NEWEST) }),
      replace: true,
    });
  const exportCsv = () => {
    const visible = fields.filter(({ id }) => !hidden.has(id));
    const sorted = table.getRowModel().rows.map((row) => row.original);
    download(`${project}.csv`, toCsv(...csvOf(visible, sorted)), "text/csv;charset=utf-8");
  };
  const total = formatCount(rows.length, i18n.language);
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-panel px-3.5 py-2 max-sm:px-2">
        <SearchField
          value={text}
          onChange={setText}
          label={t("runs.search")}
          invalid={parseSearch(text).invalid}
          className="w-80 max-w-full max-sm:w-full"
        />
        <span role="status" className="text-small text-ink-3">
          {q === ""
            ? t("runs.total", { count: rows.length, total })
            : t("runs.count", {
                count: rows.length,
                shown: formatCount(shown.length, i18n.language),
              })}
        </span>
        {data.keys_total > data.keys.length && (
          <span className="text-small text-warn">
            {t("runs.keysCut", {
              shown: formatCount(data.keys.length, i18n.language),
              total: formatCount(data.keys_total, i18n.language),
            })}
          </span>
        )}
        <div className="grow" />
        <ColumnsMenu fields={fields} hidden={hidden} onChange={setHidden} />
        <Button onClick={exportCsv} title={t("runs.csv")}>
          <Download aria-hidden />
          <span className="max-sm:sr-only">{t("runs.csv")}</span>
        </Button>
      </div>
      {selection !== null && selection.ids.size > 0 && (
        <BulkBar workspace={workspace} project={project} rows={rows} selection={selection} />
      )}
      {shown.length === 0 ? (
        <div className="flex flex-col items-center gap-3 py-16 text-ink-2">
          <p>{t("common.none", { query: q })}</p>
          <Button onClick={() => setText("")}>{t("runs.clearSearch")}</Button>
        </div>
      ) : (
        <RunsTable
          table={table}
          fields={fields}
          sorting={sorting}
          onSort={onSort}
          workspace={workspace}
          project={project}
          selection={selection}
        />
      )}
    </>
  );
}
