import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { RunRow } from "@/api/messages";
import { StateMark } from "@/components/StateMark";
import { Tag } from "@/components/Tag";
import { cn } from "@/lib/classes";
import { formatAgo, formatMoment } from "@/lib/format";

import type { Field, Row } from "./fields";

export interface NameCellProps {
  run: RunRow;
  width: number;
  workspace: string;
  project: string;
}

/** The run's name, which stays at the left while the rest scrolls. */
export function NameCell({ run, width, workspace, project }: NameCellProps) {
  return (
    <div
      role="rowheader"
      aria-colindex={1}
      style={{ width }}
      className="sticky left-0 z-10 flex shrink-0 items-center gap-2 border-r border-line bg-panel pr-2 pl-3.5 group-hover:bg-accent-soft max-sm:pl-2"
    >
      <StateMark state={run.state} />
      <Link
        to="/@{$workspace}/$project/runs/$run"
        params={{ workspace, project, run: run.id }}
        title={run.description === null ? run.name : `${run.name}\n${run.description}`}
        className="truncate font-medium hover:text-accent hover:underline"
      >
        {run.name}
      </Link>
    </div>
  );
}

export interface CellProps {
  row: Row;
  field: Field;
  width: number;
  /** The first column of its group draws the line between groups. */
  first: boolean;
  index: number;
  now: number;
}

function Content({ row, field, now }: Pick<CellProps, "row" | "field" | "now">) {
  const { i18n } = useTranslation();
  if (field.id === "tags") return row.run.tags.map((tag) => <Tag key={tag}>{tag}</Tag>);
  if (field.id === "created") return formatAgo(row.run.created_at, now, i18n.language);
  return field.text(row);
}

function useTitleOf({ row, field }: Pick<CellProps, "row" | "field">): string {
  const { i18n } = useTranslation();
  if (field.id === "created") return formatMoment(row.run.created_at, i18n.language);
  return field.exact(row);
}

export function Cell({ row, field, width, first, index, now }: CellProps) {
  const title = useTitleOf({ row, field });
  return (
    <div
      role="cell"
      aria-colindex={index + 2}
      title={title}
      style={{ width }}
      className={cn(
        "flex shrink-0 items-center overflow-hidden px-2 text-ink",
        field.numeric && "justify-end text-right",
        field.group === "run" && "text-ink-2",
        first && "border-l border-line",
      )}
    >
      {field.id === "tags" ? (
        <span className="flex min-w-0 gap-1 overflow-hidden">
          <Content row={row} field={field} now={now} />
        </span>
      ) : (
        <span
          className="truncate"
          data-exact={field.group === "run" ? undefined : field.exact(row)}
        >
          <Content row={row} field={field} now={now} />
        </span>
      )}
    </div>
  );
}
