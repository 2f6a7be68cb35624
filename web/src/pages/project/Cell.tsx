import type { RunRow, State } from "@/api/messages";
import { StateIcon } from "@/components/StateMark";
import { Tag } from "@/components/Tag";
import { formatAgo, formatMoment } from "@/lib/format";

import type { Field, Row } from "./fields";

/**
 * What cells need to know of their surroundings. Handed down and not asked for by hooks: hundreds of
 * cells are made in every frame of a scroll.
 */
export interface CellContext {
  language: string;
  now: number;
  stateNames: Record<State, string>;
  /** Address of a run's page. */
  hrefOf: (run: RunRow) => string;
}

export interface NameCellProps {
  run: RunRow;
  width: number;
  context: CellContext;
}

/** The run's name, which stays at the left while the rest scrolls. */
export function NameCell({ run, width, context }: NameCellProps) {
  return (
    <div
      role="rowheader"
      aria-colindex={1}
      style={{ width }}
      className="sticky left-0 z-10 flex shrink-0 items-center gap-2 border-r border-line bg-panel pr-2 pl-3.5 group-hover:bg-accent-soft max-sm:pl-2"
    >
      <StateIcon state={run.state} name={context.stateNames[run.state]} />
      <a
        href={context.hrefOf(run)}
        title={run.description === null ? run.name : `${run.name}\n${run.description}`}
        className="truncate font-medium hover:text-accent hover:underline"
      >
        {run.name}
      </a>
    </div>
  );
}

const BASE = "flex shrink-0 items-center overflow-hidden px-2 [contain:layout_paint_style]";

/** Plain concatenation: merging classes costs more than all else in a cell. */
function cellClass(field: Field, first: boolean): string {
  const side = field.numeric ? " justify-end text-right" : "";
  const colour = field.group === "run" ? " text-ink-2" : " text-ink";
  return BASE + side + colour + (first ? " border-l border-line" : "");
}

export interface CellProps {
  row: Row;
  field: Field;
  width: number;
  /** The first column of its group draws the line between groups. */
  first: boolean;
  index: number;
  context: CellContext;
}

export function Cell({ row, field, width, first, index, context }: CellProps) {
  const created = field.id === "created";
  const exact = field.exact(row);
  const title = created ? formatMoment(row.run.created_at, context.language) : exact;
  return (
    <div
      role="cell"
      aria-colindex={index + 2}
      title={title}
      style={{ width }}
      className={cellClass(field, first)}
    >
      {field.id === "tags" ? (
        <span className="flex min-w-0 gap-1 overflow-hidden">
          {row.run.tags.map((tag) => (
            <Tag key={tag}>{tag}</Tag>
          ))}
        </span>
      ) : (
        <span className="truncate" data-exact={field.group === "run" ? undefined : exact}>
          {created ? formatAgo(row.run.created_at, context.now, context.language) : field.text(row)}
        </span>
      )}
    </div>
  );
}
