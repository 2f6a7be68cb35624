import { useRouter } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, type ClipboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Sorting } from "@/lib/sort";

import { ACTIVE, Cell, NameCell, type CellContext, type EditContext } from "./Cell";
import type { Field, Row } from "./fields";
import { HeaderRow } from "./HeaderRow";
import { useCellContext, useFollowLinks } from "./useCellContext";
import { useEditContext } from "./useEditContext";
import { useGrid } from "./useGrid";
import type { RunsTableModel } from "./useRunsTable";
import type { Selection } from "./useSelection";

const ROW = 30;

/** Where the columns in sight begin (pixels behind the name) and which they are. */
export interface Window {
  start: number;
  columns: { field: Field; width: number; first: boolean; index: number }[];
}

export interface RunsTableProps {
  table: RunsTableModel;
  fields: Field[];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  workspace: string;
  project: string;
  /** Null where runs are not edited. */
  selection: Selection | null;
}

/** A number copied whole leaves with all its digits, whatever was shown. */
function copyExact(event: ClipboardEvent) {
  const selection = document.getSelection();
  const node = selection?.anchorNode;
  const cell = (node instanceof Element ? node : node?.parentElement)?.closest("[data-exact]");
  if (!(cell instanceof HTMLElement) || selection?.toString().trim() !== cell.innerText.trim())
    return;
  event.clipboardData.setData("text/plain", cell.dataset.exact ?? "");
  event.preventDefault();
}

interface BodyRowProps {
  row: Row;
  index: number;
  top: number;
  nameWidth: number;
  window: Window;
  context: CellContext;
  edit: EditContext | null;
  selected: boolean;
  /** The column of this row that the keyboard means, if one. */
  active: string | null;
  editing: boolean;
}

const BodyRow = memo(function BodyRow(props: BodyRowProps) {
  const { row, index, top, nameWidth, window, context, edit, selected, active, editing } = props;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={edit === null ? undefined : selected}
      data-run={row.run.id}
      className={
        "group absolute top-0 left-0 flex min-w-full [contain:layout_style] border-b border-line hover:bg-accent-soft " +
        (selected ? "bg-accent-soft" : "bg-panel")
      }
      style={{ height: ROW, transform: `translateY(${top}px)` }}
    >
      <NameCell
        run={row.run}
        width={nameWidth}
        context={context}
        edit={edit}
        selected={selected}
        active={active === "name"}
        editing={editing && active === "name"}
      />
      <div style={{ width: window.start }} className="shrink-0" />
      {window.columns.map((column) => (
        <Cell
          key={column.field.id}
          row={row}
          context={context}
          edit={edit}
          active={active === column.field.id}
          editing={editing && active === column.field.id}
          {...column}
        />
      ))}
    </div>
  );
});

/** Runs as rows, drawn only where they are in sight: 10,000 rows and hundreds of columns. */
export function RunsTable(props: RunsTableProps) {
  const { table, fields, sorting, onSort, workspace, project, selection } = props;
  const { t } = useTranslation();
  const context = useCellContext(workspace, project);
  const follow = useFollowLinks();
  const router = useRouter();
  const scroller = useRef<HTMLDivElement>(null);
  const byId = useMemo(() => new Map(fields.map((field) => [field.id, field])), [fields]);
  const [nameColumn, ...columns] = table.getVisibleLeafColumns().filter(({ id }) => id !== "state");
  const nameWidth = Math.min(nameColumn?.getSize() ?? 240, globalThis.innerWidth * 0.45);
  const rows = table.getRowModel().rows;
  const rowWindow = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    useFlushSync: false, // One drawing for both windows.
  });
  const columnWindow = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => columns[index]?.getSize() ?? 100,
    getItemKey: (index) => columns[index]?.id ?? index,
    overscan: 3,
    useFlushSync: false,
  });
  const sizes = columns.map((column) => column.getSize()).join();
  useEffect(() => columnWindow.measure(), [columnWindow, sizes]);
  const grid = useGrid({
    rows: useMemo(() => rows.map((row) => row.original), [rows]),
    columns: ["name", ...columns.map(({ id }) => id)],
    selection,
    scrollTo: (row, column) => {
      rowWindow.scrollToIndex(row);
      if (column > 0) columnWindow.scrollToIndex(column - 1);
    },
    open: (row) => router.history.push(context.hrefOf(row.run)),
  });
  const edit = useEditContext(workspace, project, selection, rows, () => {
    grid.end();
    scroller.current?.focus({ preventScroll: true });
  });
  const items = columnWindow.getVirtualItems();
  const shown = items.map(({ index }) => columns[index]?.id).join("\n");
  const window = useMemo<Window>(
    () => ({
      start: items[0]?.start ?? 0,
      columns: items.flatMap(({ index, size }) => {
        const field = byId.get(columns[index]?.id ?? "");
        if (field === undefined) return [];
        const before = byId.get(columns[index - 1]?.id ?? "");
        return [
          {
            field,
            width: size,
            index,
            first: field.group !== "run" && before?.group !== field.group,
          },
        ];
      }),
    }),
    // oxlint-disable-next-line react/exhaustive-deps -- `shown` and `sizes` stand for the columns
    [shown, sizes, byId],
  );
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/no-static-element-interactions -- clicks of the links inside, which keys press too
    <div
      ref={scroller}
      role={edit === null ? "table" : "grid"}
      aria-label={t("runs.table", { project })}
      aria-description={edit === null ? undefined : t("edit.keys")}
      aria-multiselectable={edit === null ? undefined : true}
      aria-activedescendant={grid.active === null ? undefined : ACTIVE}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
      tabIndex={0}
      onCopy={copyExact}
      onClick={follow}
      {...(edit !== null && {
        onKeyDown: grid.press,
        onFocus: grid.focus,
        onMouseDown: grid.point,
        onDoubleClick: grid.edit,
      })}
      className="relative min-h-0 grow overflow-auto bg-panel focus-visible:-outline-offset-2"
    >
      <div style={{ width: nameWidth + columnWindow.getTotalSize() }} className="min-w-full">
        <HeaderRow
          table={table}
          nameWidth={nameWidth}
          window={window}
          selection={selection}
          sorting={sorting}
          onSort={onSort}
        />
        <div role="rowgroup" className="relative" style={{ height: rowWindow.getTotalSize() }}>
          {rowWindow.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]?.original;
            return (
              row !== undefined && (
                <BodyRow
                  key={row.run.id}
                  row={row}
                  index={index}
                  top={start}
                  nameWidth={nameWidth}
                  window={window}
                  context={context}
                  edit={edit}
                  selected={selection?.ids.has(row.run.id) ?? false}
                  active={grid.active?.run === row.run.id ? grid.active.column : null}
                  editing={grid.editing && grid.active?.run === row.run.id}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}
