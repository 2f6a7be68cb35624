import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "@/i18n";

import type { Run } from "@/api/messages";
import { seriesQuery } from "@/api/queries";
import { SYSTEM_PREFIX } from "@/charts/sections";
import { Failure } from "@/components/Failure";
import { Panel } from "@/components/Panel";
import { SaveMenu } from "@/components/SaveMenu";
import { SearchField } from "@/components/ui/search-field";
import { exactSetting, exactValue, formatNumber, formatSetting, formatValue } from "@/lib/format";
import { parseSearch } from "@/lib/search";

import { settingDifferences, valueDifferences } from "./differences";

/** More rows than this are found by searching, or in the file. */
const MOST = 500;

interface TableRow {
  name: string;
  /** Texts to show, each with what it is in full. */
  cells: (readonly [text: string, exact: string])[];
}

interface TablePanelProps {
  title: string;
  file: string;
  columns: string[];
  rows: TableRow[];
  searchLabel: string;
}

function Cells({ name, cells }: TableRow) {
  return (
    <tr className="border-b border-line last:border-0 hover:bg-accent-soft">
      <th scope="row" className="px-3 py-1 text-left font-normal break-words text-ink-2">
        {name}
      </th>
      {cells.map(([text, exact], i) => (
        // oxlint-disable-next-line no-array-index-key -- columns are told apart by their place
        <td key={i} title={exact} className="px-3 py-1 align-top break-words">
          {text}
        </td>
      ))}
    </tr>
  );
}

/** Rows of what differs, to search and to save. */
function TablePanel({ title, file, columns, rows, searchLabel }: TablePanelProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const { matches, invalid } = parseSearch(query);
  const found = rows.filter(({ name }) => matches(name));
  const exact = rows.map(({ name, cells }) => [name, ...cells.map(([, full]) => full)]);
  const value = exact.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  let body: ReactNode = (
    <table className="w-full table-fixed border-collapse">
      <thead>
        <tr className="border-b border-line-strong">
          {columns.map((name) => (
            <th
              key={name}
              scope="col"
              className="truncate px-3 py-1.5 text-left text-small font-normal text-ink-2"
              title={name}
            >
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {found.slice(0, MOST).map((row) => (
          <Cells key={row.name} {...row} />
        ))}
      </tbody>
    </table>
  );
  if (rows.length === 0) body = <p className="px-3 py-4 text-ink-2">{t("run.alike")}</p>;
  else if (found.length === 0)
    body = <p className="px-3 py-4 text-ink-2">{t("common.none", { query })}</p>;
  return (
    <Panel
      title={title}
      tools={
        rows.length > 0 && (
          <>
            <SearchField
              value={query}
              onChange={setQuery}
              label={searchLabel}
              invalid={invalid}
              className="w-52"
            />
            <SaveMenu name={file} value={value} rows={{ header: columns, rows: () => exact }} />
          </>
        )
      }
    >
      {body}
      {found.length > MOST && (
        <p className="border-t border-line px-3 py-2 text-ink-2">
          {t("common.more", { count: found.length - MOST })}
        </p>
      )}
    </Panel>
  );
}

/** What another run was given that this one was not, and how far their values lie apart. */
export function DifferencePanels({ run, other }: { run: Run; other: Run }) {
  const { t } = useTranslation();
  const mine = useQuery(seriesQuery(run.workspace, run.project, run.id));
  const theirs = useQuery(seriesQuery(other.workspace, other.project, other.id));
  const settings = useMemo(
    () =>
      settingDifferences(run.config, other.config).map(({ path, here, there }) => ({
        name: path,
        cells: [here, there].map((one) => [formatSetting(one), exactSetting(one)] as const),
      })),
    [run.config, other.config],
  );
  const values = useMemo(() => {
    const [a, b] = [mine, theirs].map(({ data }) =>
      (data?.series ?? []).filter(({ key }) => !key.startsWith(SYSTEM_PREFIX)),
    );
    return valueDifferences(a ?? [], b ?? []).map(({ key, rank, here, there, more }) => ({
      name: rank === 0 ? key : `${key} · ${t("run.rank", { rank })}`,
      cells: [
        [formatValue(here), exactValue(here)] as const,
        [formatValue(there), exactValue(there)] as const,
        [more === null ? "–" : signed(more), more === null ? "" : String(more)] as const,
      ],
    }));
  }, [mine, theirs, t]);
  const name = `${run.name}-${other.name}`;
  const error = mine.error ?? theirs.error;
  return (
    <>
      <TablePanel
        title={t("run.config")}
        file={`${name}-config`}
        columns={[t("run.setting"), run.name, named(run, other)]}
        rows={settings}
        searchLabel={t("run.searchConfig")}
      />
      {error !== null && <Failure embedded error={error} onRetry={() => void theirs.refetch()} />}
      {error === null && mine.data !== undefined && theirs.data !== undefined && (
        <TablePanel
          title={t("run.summary")}
          file={`${name}-summary`}
          columns={[t("run.key"), run.name, named(run, other), t("run.difference")]}
          rows={values}
          searchLabel={t("run.searchKeys")}
        />
      )}
    </>
  );
}

/** Runs of the same name are told apart by their ids. */
function named(run: Run, other: Run): string {
  return run.name === other.name ? `${other.name} · ${other.id}` : other.name;
}

function signed(value: number): string {
  return value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
}
