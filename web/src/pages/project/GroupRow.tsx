import { ChevronDown, ChevronRight } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "@/i18n";

import { formatDuration, formatNumber } from "@/lib/format";

import type { Field } from "./fields";
import type { Column, Window } from "./RunsTable";
import { digest, summable, type TableGroup } from "./tableGroups";

/** Height of a group's row in pixels: the means, and below them from where to where. */
export const GROUP_ROW = 42;

export interface GroupRowProps {
  group: TableGroup;
  folded: boolean;
  onFold: (name: string) => void;
  index: number;
  top: number;
  nameWidth: number;
  window: Window;
}

/** A group of runs in one row: how many they are, and each column's mean, minimum and maximum. */
export const GroupRow = memo(function GroupRow(props: GroupRowProps) {
  const { group, folded, onFold, index, top, nameWidth, window } = props;
  const { t } = useTranslation();
  const Icon = folded ? ChevronRight : ChevronDown;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className="absolute top-0 left-0 flex min-w-full border-b border-line-strong bg-sunken"
      style={{ height: GROUP_ROW, transform: `translateY(${top}px)` }}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        style={{ width: nameWidth }}
        className="sticky left-0 z-10 flex shrink-0 items-center border-r border-line bg-sunken pr-2 pl-1.5"
      >
        <button
          type="button"
          aria-expanded={!folded}
          onClick={() => onFold(group.name)}
          title={group.name}
          className="flex h-8 min-w-0 items-center gap-1 rounded px-1 hover:bg-line"
        >
          <Icon aria-hidden className="size-3.5 shrink-0 text-ink-2" />
          <span className="truncate font-semibold">{group.name}</span>
          <span className="shrink-0 text-small text-ink-3">
            {t("table.groupRuns", { count: group.rows.length })}
          </span>
        </button>
      </div>
      {window.pinned.map((column) => (
        <Summary key={column.field.id} group={group} column={column} left={column.left} />
      ))}
      <div style={{ width: window.start }} className="shrink-0" />
      {window.columns.map((column) => (
        <Summary key={column.field.id} group={group} column={column} />
      ))}
    </div>
  );
});

function write(field: Field, value: number, digits = 4): string {
  return field.id === "duration" ? formatDuration(value) : formatNumber(value, digits);
}

interface SummaryProps {
  group: TableGroup;
  column: Column;
  left?: number;
}

function Summary({ group, column: { field, width, first, index }, left }: SummaryProps) {
  const { t } = useTranslation();
  const found = summable(field) ? digest(field, group.rows) : null;
  const sticky = left === undefined ? "" : " sticky z-10 border-r border-line bg-sunken";
  return (
    <div
      role="cell"
      aria-colindex={index + 2}
      style={left === undefined ? { width } : { width, left }}
      title={found === null ? undefined : t("table.digest", { ...found })}
      className={
        "flex shrink-0 flex-col justify-center overflow-hidden px-2 text-right leading-4" +
        (first ? " border-l border-line" : "") +
        sticky
      }
    >
      {found !== null && (
        <>
          <span className="truncate font-medium">{write(field, found.mean)}</span>
          {found.min < found.max && (
            <span className="truncate text-tiny text-ink-3">
              {write(field, found.min, 3)} – {write(field, found.max, 3)}
            </span>
          )}
        </>
      )}
    </div>
  );
}
