import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";

import { concerns } from "@/api/live";
import type { Configs, Hint, RunsQuery, RunTable } from "@/api/messages";
import { configsQuery, orderQuery, useRefresh } from "@/api/queries";
import { groupBy } from "@/lib/group";
import { parseSearch } from "@/lib/search";
import { compareCells, parseSorting, type Sorting } from "@/lib/sort";
import { readQuery } from "@/query/parse";

import type { Cells } from "./cells";
import { type Field, filterRows, NEWEST, type Row, toFields, toRows } from "./fields";
import { metricField, serverField, summaryOf } from "./stats";
import { useCells } from "./useCells";

const ROUTE = "/@{$workspace}/$project";

export interface List {
  /** All runs of the project. */
  rows: Row[];
  fields: Field[];
  /** Those that are found, in the order that was asked for. */
  list: Row[];
  ids: string[];
  /** What they have of metrics, and its version. */
  cells: readonly [Cells, number];
  /** The server has not said yet which runs pass, or in which order, or what they are set to. */
  waiting: boolean;
  /** Somebody is going to look at configs. */
  wantConfigs: () => void;
  /** Why it could not. */
  error: Error | null;
}

/** What only the server can say: which runs pass the filter, and their order by metric. */
function questionOf(filter: string | undefined, sorting: Sorting): RunsQuery | null {
  const tree = readQuery(filter ?? "").tree;
  const byMetric = summaryOf(sorting.id) !== null;
  if (tree === null && !byMetric) return null;
  return {
    ...(tree !== null && { filter: tree as RunsQuery["filter"] }),
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

/** The columns of metrics, and behind them those that were added. */
function metricFields(
  keys: readonly string[],
  added: readonly string[],
  cells: readonly [Cells, number],
): Field[] {
  const make = (id: string) => metricField(id, cells[0].read) ?? [];
  return withStats(
    keys.flatMap((key) => make(`last.${key}`)),
    added.flatMap(make),
  );
}

/** Whether the configs of runs have to be known to list and show them so. */
function readsConfigs({ q, sort, group, tab }: Told): boolean {
  const named = [sort ?? "", ...[group ?? []].flat()];
  return (
    (q ?? "") !== "" ||
    tab === "table" ||
    tab === "compare" ||
    named.some((id) => /^-?config\./u.test(id))
  );
}

interface Told {
  q?: string | undefined;
  sort?: string | undefined;
  group?: string | string[] | undefined;
  tab?: string | undefined;
}

function useConfigs(workspace: string, project: string, enabled: boolean): Configs | undefined {
  const query = configsQuery(workspace, project);
  const { data } = useQuery({ ...query, enabled });
  const mine = useCallback(
    (hint: Hint) => enabled && hint.kinds.includes("run") && concerns(hint, { workspace, project }),
    [enabled, workspace, project],
  );
  useRefresh(query.queryKey, mine);
  return data;
}

/** The runs as filtered, searched and sorted. Filters and orders by metrics are the server's. */
export function useList(
  workspace: string,
  project: string,
  data: RunTable,
  stats: readonly string[],
): List {
  const search = useSearch({ from: ROUTE });
  const { q = "", sort, filter } = search;
  const sorting = useMemo(() => parseSorting(sort, NEWEST), [sort]);
  const question = useMemo(() => questionOf(filter, sorting), [filter, sorting]);
  const answer = useAnswer(workspace, project, question);
  const page = answer?.data;
  const [asked, setAsked] = useState(false);
  const needed = asked || readsConfigs(search);
  const configs = useConfigs(workspace, project, needed);
  const cells = useCells(workspace, project);
  const [store, version] = cells;
  const rows = useMemo(() => toRows(data.runs, configs), [data.runs, configs]);
  const own = useMemo(() => toFields(rows), [rows]);
  const added = useMemo(
    () =>
      summaryOf(sorting.id) === null || sorting.id.startsWith("last.")
        ? stats
        : [...new Set([...stats, sorting.id])],
    [stats, sorting.id],
  );
  const { keys } = data;
  const fields = useMemo(
    () => [...own, ...metricFields(keys, added, [store, version])],
    [own, keys, added, store, version],
  );
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
  const unordered = answer !== null && (page === undefined || answer.isPlaceholderData);
  const waiting = unordered || (needed && configs === undefined);
  const wantConfigs = useCallback(() => setAsked(true), []);
  return {
    rows,
    fields,
    list,
    ids,
    cells,
    waiting,
    wantConfigs,
    error: answer?.error ?? null,
  };
}

function inOrder(rows: readonly Row[], ids: readonly string[]): Row[] {
  const byId = new Map(rows.map((row) => [row.run.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
