import { CircleDot, EllipsisVertical } from "lucide-react";
import { type DragEvent, type MouseEvent, type TouchEvent, useState } from "react";
import { useTranslation } from "@/i18n";

import { ariaSort, SortHeader } from "@/components/SortHeader";
import { cn } from "@/lib/classes";
import type { Sorting } from "@/lib/sort";

import { type Arranged, moved } from "./arrange";
import { ColumnMenu, type Opened } from "./ColumnMenu";
import { RUN_FIELDS, type Field, type Group } from "./fields";
import type { Window } from "./RunsTable";
import type { Columns } from "./useColumns";
import type { Selection } from "./useSelection";
import type { RunsTableModel } from "./useRunsTable";

type RunFieldId = "name" | "state" | "tags" | "group" | "description" | "created" | "duration";

function isRunField(id: string): id is RunFieldId {
  return RUN_FIELDS.some((field) => field.id === id);
}

/** What a column is called: the run's own fields in the reader's language, the rest as logged. */
export function useFieldLabel(): (field: Field) => string {
  const { t } = useTranslation();
  return (field) => (isRunField(field.id) ? t(`runs.${field.id}`) : field.label);
}

/** The run's state is a mark beside its name; it sorts from there. */
function StateSort({ sorting, onSort }: Pick<HeaderCellProps, "sorting" | "onSort">) {
  const { t } = useTranslation();
  const active = sorting.id === "state";
  const label = t("runs.sortBy", { column: t("runs.state") });
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={active}
      onClick={() => onSort({ id: "state", desc: active && !sorting.desc })}
      className={cn("shrink-0 hover:text-ink", active ? "text-ink" : "text-ink-3")}
    >
      <CircleDot aria-hidden className="size-3.5" />
    </button>
  );
}

/** Selects every run that is found, or none. */
function SelectAll({ selection }: { selection: Selection }) {
  const { t } = useTranslation();
  const some = selection.ids.size > 0;
  return (
    <input
      type="checkbox"
      ref={(box) => {
        if (box !== null) box.indeterminate = some && !selection.all;
      }}
      checked={selection.all}
      aria-label={t("edit.selectAll")}
      title={t("edit.selectAll")}
      onChange={() => selection.toggleAll()}
      className="size-3.5 shrink-0 self-center accent-(--accent)"
    />
  );
}

interface HeaderCellProps {
  table: RunsTableModel;
  id: string;
  label: string;
  numeric: boolean;
  width: number;
  index: number;
  group: Group;
  first: boolean;
  /** Where it stays; missing: it goes with the others. */
  left?: number;
  selection: Selection | null;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  /** Missing: the column stands where it does. */
  moving?: Moving;
}

/** What can be done with a column by its header. */
interface Moving {
  onMenu: (opened: Opened) => void;
  onDrop: (id: string, target: string) => void;
}

const DRAGGED = "application/x-swanlab-column";

/** Handlers of a header that can be dragged onto another. */
function dragging(id: string, onDrop: Moving["onDrop"]) {
  const ours = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes(DRAGGED);
  return {
    draggable: true,
    onDragStart: (event: DragEvent) => {
      event.dataTransfer.setData(DRAGGED, id);
      event.dataTransfer.effectAllowed = "move";
    },
    onDragOver: (event: DragEvent) => {
      if (ours(event)) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      if (!ours(event)) return;
      event.preventDefault();
      onDrop(event.dataTransfer.getData(DRAGGED), id);
    },
  };
}

function Resizer({ table, id }: { table: RunsTableModel; id: string }) {
  // Looked up when it is grabbed: headers are made anew in every frame of a scroll.
  const start = (event: MouseEvent | TouchEvent) => {
    const headers = table.getFlatHeaders();
    headers.find((header) => header.column.id === id)?.getResizeHandler()(event.nativeEvent);
  };
  return (
    <div
      aria-hidden
      onMouseDown={start}
      onTouchStart={start}
      draggable
      onDragStart={(event) => {
        event.preventDefault(); // The edge is pulled, not the column.
        event.stopPropagation();
      }}
      className="absolute top-0 right-0 z-10 h-full w-1.5 cursor-col-resize touch-none hover:bg-line-strong"
    />
  );
}

function HeaderCell(props: HeaderCellProps) {
  const { table, id, label, numeric, width, index, group, first, sorting, onSort } = props;
  const { selection, left, moving } = props;
  const { t } = useTranslation();
  const groupName = group === "config" ? t("runs.config") : t("runs.metrics");
  const name = index === 0;
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={ariaSort(id, sorting)}
      data-header={id}
      style={left === undefined ? { width } : { width, left }}
      {...(moving && {
        ...dragging(id, moving.onDrop),
        onContextMenu: (event: MouseEvent<HTMLElement>) => {
          event.preventDefault();
          moving.onMenu({ id, anchor: event.currentTarget });
        },
      })}
      className={cn(
        "group/head relative flex shrink-0 flex-col justify-end bg-panel px-2",
        left !== undefined && "sticky z-20 border-r border-line",
        name && "sticky left-0 z-20 border-r border-line pl-3.5 max-sm:pl-2",
        first && "border-l border-line",
      )}
    >
      {first && (
        <span className="absolute top-1 left-2 text-tiny leading-4 whitespace-nowrap text-ink-3">
          {groupName}
        </span>
      )}
      <div className="flex h-7 gap-2">
        {name && selection !== null && <SelectAll selection={selection} />}
        {name && <StateSort sorting={sorting} onSort={onSort} />}
        <SortHeader id={id} label={label} numeric={numeric} sorting={sorting} onSort={onSort} />
        {moving && (
          <button
            type="button"
            aria-haspopup="menu"
            aria-label={t("table.columnMenu", { column: label })}
            title={t("table.columnMenu", { column: label })}
            onClick={(event) => moving.onMenu({ id, anchor: event.currentTarget })}
            className="absolute right-1.5 bottom-1 grid w-4 place-items-center rounded bg-panel py-1 text-ink-2 opacity-0 group-hover/head:opacity-100 hover:bg-sunken focus-visible:opacity-100"
          >
            <EllipsisVertical aria-hidden className="size-3.5" />
          </button>
        )}
      </div>
      <Resizer table={table} id={id} />
    </div>
  );
}

export interface HeaderRowProps {
  table: RunsTableModel;
  nameWidth: number;
  window: Window;
  selection: Selection | null;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  arranged: Arranged;
  columns: Columns;
  onColumns: (change: Partial<Columns>) => void;
}

/** Names of the columns: they sort, and are moved, pinned and hidden from here. */
export function HeaderRow(props: HeaderRowProps) {
  const { table, nameWidth, window, selection, sorting, onSort } = props;
  const { arranged, columns, onColumns } = props;
  const { t } = useTranslation();
  const label = useFieldLabel();
  const [opened, setOpened] = useState<Opened | null>(null);
  const moving: Moving = {
    onMenu: setOpened,
    onDrop: (id, target) => onColumns(moved(arranged, id, target)),
  };
  const head = ({ field, width, first, index }: Window["columns"][number]) => ({
    table,
    id: field.id,
    label: label(field),
    numeric: field.numeric,
    width,
    first,
    index: index + 1,
    group: field.group,
    selection: null,
    sorting,
    onSort,
    moving,
  });
  return (
    <div role="rowgroup" className="sticky top-0 z-20">
      <div role="row" aria-rowindex={1} className="flex h-11 border-b border-line-strong bg-panel">
        <HeaderCell
          table={table}
          id="name"
          label={t("runs.run")}
          numeric={false}
          width={nameWidth}
          index={0}
          group="run"
          first={false}
          selection={selection}
          sorting={sorting}
          onSort={onSort}
        />
        {window.pinned.map((column) => (
          <HeaderCell key={column.field.id} {...head(column)} left={column.left} />
        ))}
        <div style={{ width: window.start }} className="shrink-0" />
        {window.columns.map((column) => (
          <HeaderCell key={column.field.id} {...head(column)} />
        ))}
      </div>
      <ColumnMenu
        opened={opened}
        onClose={() => setOpened(null)}
        arranged={arranged}
        columns={columns}
        onColumns={onColumns}
        onSort={onSort}
      />
    </div>
  );
}
