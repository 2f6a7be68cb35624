import { useRouter } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, type ClipboardEvent, type RefObject } from "react";
import { useTranslation } from "@/i18n";

import type { Sorting } from "@/lib/sort";

import type { Arranged } from "./arrange";
import { ACTIVE, Cell, NameCell, type CellContext, type EditContext } from "./Cell";
import type { Field, Row } from "./fields";
import { GROUP_ROW, GroupRow } from "./GroupRow";
import { HeaderRow } from "./HeaderRow";
import type { Item } from "./tableGroups";
import type { Columns } from "./useColumns";
import type { List } from "./useList";
import { useWanted, useWhole } from "./useCells";
import { useCellContext, useFollowLinks } from "./useCellContext";
import { useEditContext } from "./useEditContext";
import { useGrid } from "./useGrid";
import type { RunsTableModel } from "./useRunsTable";
import type { Selection } from "./useSelection";

const ROW = 30;

/** Where the columns in sight begin (pixels behind the name) and which they are. */
export interface Window {
  start: number;
  columns: Column[];
  /** Those that stay, behind the name: `left` is where. */
  pinned: (Column & { left: number })[];
}

export interface Column {
  field: Field;
  width: number;
  /** The first of its group. */
  first: boolean;
  index: number;
}

export interface RunsTableProps {
  table: RunsTableModel;
  items: readonly Item[];
  onFold: (group: string) => void;
  arranged: Arranged;
  columns: Columns;
  onColumns: (change: Partial<Columns>) => void;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  workspace: string;
  project: string;
  /** Null where runs are not edited. */
  selection: Selection | null;
  cells: List["cells"];
  /** All runs of the project. */
  count: number;
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
      {window.pinned.map((column) => (
        <Cell
          key={column.field.id}
          row={row}
          context={context}
          edit={edit}
          active={active === column.field.id}
          editing={editing && active === column.field.id}
          selected={selected}
          {...column}
        />
      ))}
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

function keyOf(item: Item | undefined, index: number): string | number {
  if (item === undefined) return index;
  return item.kind === "group" ? `group ${item.group.name}` : item.row.run.id;
}

function idOf(item: Item | undefined): string | undefined {
  return item?.kind === "run" ? item.row.run.id : undefined;
}

/** The runs among the items, and where each stands. */
function runsOf(items: readonly Item[]): { rows: Row[]; at: number[] } {
  const rows: Row[] = [];
  const at: number[] = [];
  for (const [index, item] of items.entries()) {
    if (item.kind !== "run") continue;
    rows.push(item.row);
    at.push(index);
  }
  return { rows, at };
}

/** Those columns that stay, and those of the others that are in sight. */
function useColumnWindow(
  table: RunsTableModel,
  { pinned, rest }: Arranged,
  scroller: RefObject<HTMLDivElement | null>,
) {
  const width = (id: string) => table.getColumn(id)?.getSize() ?? 100;
  const nameWidth = Math.min(width("name"), globalThis.innerWidth * 0.45);
  const columnWindow = useVirtualizer({
    horizontal: true,
    count: rest.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => width(rest[index]?.id ?? ""),
    getItemKey: (index) => rest[index]?.id ?? index,
    overscan: 3,
    useFlushSync: false,
  });
  const pinWidths = pinned.map(({ id }) => width(id));
  const sizes = [...pinWidths, 0, ...rest.map(({ id }) => width(id))].join();
  useEffect(() => columnWindow.measure(), [columnWindow, sizes]);
  const inSight = columnWindow.getVirtualItems();
  const shown = inSight.map(({ index }) => rest[index]?.id).join("\n");
  const window = useMemo<Window>(
    () => {
      let left = nameWidth;
      const staying = pinned.map((field, index) => {
        const own = pinWidths[index] ?? 100;
        left += own;
        return { field, width: own, first: false, index, left: left - own };
      });
      const columns = inSight.flatMap(({ index, size }): Column[] => {
        const field = rest[index];
        if (field === undefined) return [];
        const first = field.group !== "run" && rest[index - 1]?.group !== field.group;
        return [{ field, width: size, index: index + pinned.length, first }];
      });
      return { start: inSight[0]?.start ?? 0, columns, pinned: staying };
    },
    // oxlint-disable-next-line react/exhaustive-deps -- `shown` and `sizes` stand for what is in sight
    [shown, sizes, pinned, rest, nameWidth],
  );
  const kept = pinWidths.reduce((sum, own) => sum + own, 0);
  return { window, nameWidth, columnWindow, total: nameWidth + kept + columnWindow.getTotalSize() };
}

/** Runs as rows, drawn only where they are in sight: 10,000 rows and hundreds of columns. */
export function RunsTable(props: RunsTableProps) {
  const { table, items, onFold, arranged, columns: choice, onColumns } = props;
  const { sorting, onSort, workspace, project, selection } = props;
  const { t } = useTranslation();
  const context = useCellContext(workspace, project);
  const follow = useFollowLinks();
  const router = useRouter();
  const scroller = useRef<HTMLDivElement>(null);
  const runs = useMemo(() => runsOf(items), [items]);
  const { window, nameWidth, total, columnWindow } = useColumnWindow(table, arranged, scroller);
  const rowWindow = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index]?.kind === "group" ? GROUP_ROW : ROW),
    getItemKey: (index) => keyOf(items[index], index),
    overscan: 8,
    useFlushSync: false, // One drawing for both windows.
  });
  useEffect(() => rowWindow.measure(), [rowWindow, items]);
  const rowsInSight = rowWindow.getVirtualItems();
  const columnsInSight = [...window.pinned, ...window.columns].map(({ field }) => field.id);
  useWanted(
    props.cells,
    rowsInSight.flatMap(({ index }) => idOf(items[index]) ?? []),
    columnsInSight,
  );
  // A group is summed up over all its runs.
  const grouped = rowsInSight.some(({ index }) => items[index]?.kind === "group");
  useWhole(props.cells, grouped ? columnsInSight : [], props.count);
  const pins = arranged.pinned.length;
  const grid = useGrid({
    rows: runs.rows,
    columns: ["name", ...[...arranged.pinned, ...arranged.rest].map(({ id }) => id)],
    selection,
    scrollTo: (row, column) => {
      rowWindow.scrollToIndex(runs.at[row] ?? row);
      if (column > pins) columnWindow.scrollToIndex(column - 1 - pins);
    },
    open: (row) => router.history.push(context.hrefOf(row.run)),
  });
  const edit = useEditContext(workspace, project, selection, runs.rows, () => {
    grid.end();
    scroller.current?.focus({ preventScroll: true });
  });
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/no-static-element-interactions -- clicks of the links inside, which keys press too
    <div
      ref={scroller}
      role={edit === null ? "table" : "grid"}
      aria-label={t("runs.table", { project })}
      aria-description={edit === null ? undefined : t("edit.keys")}
      aria-multiselectable={edit === null ? undefined : true}
      aria-activedescendant={grid.active === null ? undefined : ACTIVE}
      aria-rowcount={items.length + 1}
      aria-colcount={pins + arranged.rest.length + 1}
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
      <div style={{ width: total }} className="min-w-full">
        <HeaderRow
          table={table}
          nameWidth={nameWidth}
          window={window}
          selection={selection}
          sorting={sorting}
          onSort={onSort}
          arranged={arranged}
          columns={choice}
          onColumns={onColumns}
        />
        <div role="rowgroup" className="relative" style={{ height: rowWindow.getTotalSize() }}>
          {rowsInSight.map(({ index, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            if (item.kind === "group")
              return (
                <GroupRow
                  key={`group ${item.group.name}`}
                  group={item.group}
                  folded={item.folded}
                  onFold={onFold}
                  index={index}
                  top={start}
                  nameWidth={nameWidth}
                  window={window}
                />
              );
            const { row } = item;
            return (
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
            );
          })}
        </div>
      </div>
    </div>
  );
}
