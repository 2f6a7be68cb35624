import { CircleDot } from "lucide-react";
import type { MouseEvent, TouchEvent } from "react";
import { useTranslation } from "react-i18next";

import { ariaSort, SortHeader } from "@/components/SortHeader";
import { cn } from "@/lib/classes";
import type { Sorting } from "@/lib/sort";

import { RUN_FIELDS, type Field, type Group } from "./fields";
import type { Window } from "./RunsTable";
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
  selection: Selection | null;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
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
      className="absolute top-0 right-0 z-10 h-full w-1.5 cursor-col-resize touch-none hover:bg-line-strong"
    />
  );
}

function HeaderCell(props: HeaderCellProps) {
  const { table, id, label, numeric, width, index, group, first, sorting, onSort } = props;
  const { selection } = props;
  const { t } = useTranslation();
  const groupName = group === "config" ? t("runs.config") : t("runs.metrics");
  const name = index === 0;
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={ariaSort(id, sorting)}
      style={{ width }}
      className={cn(
        "relative flex shrink-0 flex-col justify-end bg-panel px-2",
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
}

export function HeaderRow({
  table,
  nameWidth,
  window,
  selection,
  sorting,
  onSort,
}: HeaderRowProps) {
  const { t } = useTranslation();
  const label = useFieldLabel();
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
        <div style={{ width: window.start }} className="shrink-0" />
        {window.columns.map(({ field, width, first, index }) => (
          <HeaderCell
            key={field.id}
            table={table}
            id={field.id}
            label={label(field)}
            numeric={field.numeric}
            width={width}
            index={index + 1}
            group={field.group}
            first={first}
            selection={null}
            sorting={sorting}
            onSort={onSort}
          />
        ))}
      </div>
    </div>
  );
}
