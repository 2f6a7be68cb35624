import {
  columnResizingFeature,
  columnSizingFeature,
  createColumnHelper,
  tableFeatures,
  useTable,
  type ColumnSizingState,
} from "@tanstack/react-table";
import { useEffect, useMemo, useState } from "react";

import { readStored, writeStored } from "@/lib/stored";

import type { Field, Row } from "./fields";

const features = tableFeatures({ columnSizingFeature, columnResizingFeature });
const helper = createColumnHelper<typeof features, Row>();

function toColumns(fields: readonly Field[]) {
  return fields.map((field) =>
    helper.accessor((row): unknown => field.value(row) ?? undefined, {
      id: field.id,
      size: field.width,
      minSize: 56,
      maxSize: 800,
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
  /** The columns in their order, the name first. */
  fields: readonly Field[];
  rows: Row[];
}

/** How wide the columns are, which is kept in this browser. */
export function useRunsTable({ place, fields, rows }: RunsTableOptions) {
  const sizesName = `widths.${place}`;
  const [columnSizing, setColumnSizing] = useState(() => readSizes(sizesName));
  useEffect(() => {
    if (Object.keys(columnSizing).length > 0) writeStored(sizesName, JSON.stringify(columnSizing));
  }, [sizesName, columnSizing]);
  const columns = useMemo(() => toColumns(fields), [fields]);
  return useTable({
    features,
    columns,
    data: rows,
    getRowId: (row) => row.run.id,
    state: { columnSizing },
    onColumnSizingChange: setColumnSizing,
    columnResizeMode: "onChange",
  });
}

export type RunsTableModel = ReturnType<typeof useRunsTable>;
