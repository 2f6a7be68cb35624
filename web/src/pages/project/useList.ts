import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

import { concerns } from "@/api/live";
import type { Hint, RunsQuery, RunTable } from "@/api/messages";
import { type Ordered, orderQuery, useRefresh } from "@/api/queries";
import { groupBy } from "@/lib/group";
import { parseSearch } from "@/lib/search";
import { compareCells, parseSorting, type Sorting } from "@/lib/sort";
import { readQuery } from "@/query/parse";

import { type Field, filterRows, NEWEST, type Row, toFields, toRows } from "./fields";
import { serverField, statField, summaryOf } from "./stats";

const ROUTE = "/@{$workspace}/$project";

export interface List {
  /** All runs of the project. */
  rows: Row[];
  fields: Field[];
  /** Those that are found, in the order that was asked for. */
  list: Row[];
  ids: string[];
  /** The server has not said yet which runs pass, or in which order. */
  waiting: boolean;
  /** Why it could not. */
  error: Error | null;
}

/** What only the server can say: which runs pass the filter, their order and summaries by metric. */
function questionOf(
  filter: string | undefined,
  sorting: Sorting,
  stats: readonly string[],
): RunsQuery | null {
  const tree = readQuery(filter ?? "").tree;
  const byMetric = summaryOf(sorting.id) !== null;
  const added = byMetric && !sorting.id.startsWith("last.") ? [sorting.id] : [];
  const columns = [...new Set([...stats, ...added])].flatMap((id) => summaryOf(id) ?? []);
  if (tree === null && !byMetric && columns.length === 0) return null;
  return {
    ...(tree !== null && { filter: tree as RunsQuery["filter"] }),
    columns,
    order: byMetric ? [{ field: serverField(sorting.id), descending: sorting.desc }] : [],
  };
}

function useAnswer(workspace: string, project: string, question: RunsQuery | null) {
  const query = orderQuery(workspace, project, question ?? {});
  const answer = useQuery({
    ...query,
    enabled: question !== null,
    placeholderData: keepPreviousData,
  });
  const mine = useCallback(
    (hint: Hint) => question !== null && concerns(hint, { workspace, project }),
    [question, workspace, project],
  );
  useRefresh(query.queryKey, mine);
  return question === null ? null : answer;
}

/** Values of the added columns, by column and run. */
function statFields(page: Ordered | undefined): Field[] {
  if (page === undefined) return [];
  const { ids = [], cells = [], asked } = page;
  return (asked.columns ?? []).flatMap(({ key, stat = "last" }, column) => {
    const values = cells[column] ?? [];
    const byRun = new Map(ids.map((id, at) => [id, values[at]]));
    return statField(`${stat}.${key}`, byRun) ?? [];
  });
}

/** Added columns stand behind the last values of their metric. */
function withStats(fields: Field[], added: Field[]): Field[] {
  if (added.length === 0) return fields;
  const byKey = groupBy(added, ({ id }) => summaryOf(id)?.key);
  const known = new Set<string | undefined>();
  const found = fields.flatMap((field) => {
    const key = field.group === "last" ? field.label : undefined;
    known.add(key);
    return key === undefined ? [field] : [field, ...(byKey.get(key) ?? [])];
  });
  return [...found, ...added.filter(({ id }) => !known.has(summaryOf(id)?.key))];
}

/** The runs as filtered, searched and sorted. Filters and orders by metrics are the server's. */
export function useList(
  workspace: string,
  project: string,
  data: RunTable,
  stats: readonly string[],
): List {
  const { q = "", sort, filter } = useSearch({ from: ROUTE });
  const sorting = useMemo(() => parseSorting(sort, NEWEST), [sort]);
  const question = useMemo(() => questionOf(filter, sorting, stats), [filter, sorting, stats]);
  const answer = useAnswer(workspace, project, question);
  const page = answer?.data;
  const rows = useMemo(() => toRows(data), [data]);
  const own = useMemo(() => toFields(data, rows), [data, rows]);
  const fields = useMemo(() => withStats(own, statFields(page)), [own, page]);
  const list = useMemo(() => {
    // An order that is not known yet is no reason to take the rows away, and with them the focus.
    const whole = question === null || (page === undefined && question.filter === undefined);
    const passing = whole ? rows : inOrder(rows, page?.ids ?? []);
    const found = filterRows(passing, parseSearch(q).matches);
    const field = own.find(({ id }) => id === sorting.id);
    if (summaryOf(sorting.id) !== null || field === undefined) return found;
    return found.toSorted((a, b) => compareCells(field.value(a), field.value(b), sorting.desc));
  }, [rows, own, question, page, q, sorting]);
  const ids = useMemo(() => list.map(({ run }) => run.id), [list]);
  const waiting = answer !== null && (page === undefined || answer.isPlaceholderData);
  return { rows, fields, list, ids, waiting, error: answer?.error ?? null };
}

function inOrder(rows: readonly Row[], ids: readonly string[]): Row[] {
  const byId = new Map(rows.map((row) => [row.run.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
