import {
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnSizingState,
} from "@tanstack/react-table";
import { useEffect, useMemo, useState } from "react";

import { readStored, writeStored } from "@/lib/stored";
import { compareCells, type Sorting } from "@/lib/sort";

import { NEWEST, type Field, type Row } from "./fields";

const features = tableFeatures({
  columnSizingFeature,
  columnResizingFeature,
  columnVisibilityFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
});

const helper = createColumnHelper<typeof features, Row>();

function toColumns(fields: Field[]) {
  return fields.map((field) =>
    helper.accessor((row): unknown => field.value(row) ?? undefined, {
      id: field.id,
      size: field.width,
      minSize: 56,
      maxSize: 800,
      sortUndefined: "last",
      sortFn: (a, b, id) => compareCells(a.getValue(id), b.getValue(id), false),
    }),
  );
}

function readSizes(name: string): ColumnSizingState {
  try {
    const sizes: unknown = JSON.parse(readStored(name) ?? "{}");
    return sizes as ColumnSizingState;
  } catch {
    return {}; // Not ours, or from another version: begin anew.
  }
}

export interface RunsTableOptions {
  place: string;
  fields: Field[];
  rows: Row[];
  sorting: Sorting;
  hidden: ReadonlySet<string>;
}

/** Table state of a project's runs; widths are kept in this browser, the rest is in the address. */
export function useRunsTable({ place, fields, rows, sorting, hidden }: RunsTableOptions) {
  const sizesName = `widths.${place}`;
  const [columnSizing, setColumnSizing] = useState(() => readSizes(sizesName));
  useEffect(() => {
    if (Object.keys(columnSizing).length > 0) writeStored(sizesName, JSON.stringify(columnSizing));
  }, [sizesName, columnSizing]);
  const columns = useMemo(() => toColumns(fields), [fields]);
  const state = useMemo(() => {
    const known = fields.some(({ id }) => id === sorting.id);
    return {
      sorting: [known ? sorting : NEWEST],
      columnVisibility: Object.fromEntries([...hidden].map((id) => [id, false])),
    };
  }, [fields, sorting, hidden]);
  return useTable({
    features,
    columns,
    data: rows,
    getRowId: (row) => row.run.id,
    state: { ...state, columnSizing },
    onColumnSizingChange: setColumnSizing,
    columnResizeMode: "onChange",
    enableSortingRemoval: false,
  });
}

export type RunsTableModel = ReturnType<typeof useRunsTable>;
