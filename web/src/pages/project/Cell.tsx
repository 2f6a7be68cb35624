import { useRef } from "react";

import type { RunRow, State } from "@/api/messages";
import { StateIcon } from "@/components/StateMark";
import { Tag } from "@/components/Tag";
import { PopoverPopup, PopoverRoot } from "@/components/ui/popover";
import { LineInput } from "@/edit/LineInput";
import { TagPicker } from "@/edit/TagPicker";
import type { Edits } from "@/edit/useEdits";
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

/** What cells of runs that may be edited need besides. */
export interface EditContext {
  edits: Edits;
  /** The tags in use in the project. */
  tags: readonly string[];
  selectLabel: (name: string) => string;
  fieldLabel: (column: string, name: string) => string;
  onSelect: (id: string, range: boolean) => void;
  onDone: () => void;
}

/** Id of the cell that the keyboard means. */
export const ACTIVE = "active-cell";
const RING = " outline-2 -outline-offset-2 outline-accent";

export interface NameCellProps {
  run: RunRow;
  width: number;
  context: CellContext;
  /** Null where runs are not edited. */
  edit: EditContext | null;
  selected: boolean;
  active: boolean;
  editing: boolean;
}

/** The run's name, which stays at the left while the rest scrolls. */
export function NameCell(props: NameCellProps) {
  const { run, width, context, edit, selected, active, editing } = props;
  return (
    <div
      role="rowheader"
      aria-colindex={1}
      id={active ? ACTIVE : undefined}
      data-column="name"
      style={{ width }}
      className={
        "sticky left-0 z-10 flex shrink-0 items-center gap-2 border-r border-line pr-2 pl-3.5 group-hover:bg-accent-soft max-sm:pl-2 " +
        (selected ? "bg-accent-soft" : "bg-panel") +
        (active ? RING : "")
      }
    >
      {edit !== null && (
        <input
          type="checkbox"
          checked={selected}
          aria-label={edit.selectLabel(run.name)}
          onChange={(event) =>
            edit.onSelect(
              run.id,
              event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey,
            )
          }
          className="size-3.5 shrink-0 accent-(--accent)"
        />
      )}
      <StateIcon state={run.state} name={context.stateNames[run.state]} />
      {editing && edit !== null ? (
        <LineInput
          value={run.name}
          label={edit.fieldLabel("name", run.name)}
          required
          onDone={(name) => {
            edit.onDone();
            if (name !== null) edit.edits.edit(run, { name });
          }}
        />
      ) : (
        <a
          href={context.hrefOf(run)}
          tabIndex={edit === null ? undefined : -1}
          title={run.description === null ? run.name : `${run.name}\n${run.description}`}
          className="truncate font-medium hover:text-accent hover:underline"
        >
          {run.name}
        </a>
      )}
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

function pinClass(selected = false): string {
  return (
    " sticky z-10 border-r border-line group-hover:bg-accent-soft " +
    (selected ? "bg-accent-soft" : "bg-panel")
  );
}

export interface CellProps {
  row: Row;
  field: Field;
  width: number;
  /** The first column of its group draws the line between groups. */
  first: boolean;
  index: number;
  /** Where it stays while the others scroll by; missing: it goes with them. */
  left?: number;
  selected?: boolean;
  context: CellContext;
  edit: EditContext | null;
  active: boolean;
  editing: boolean;
}

/** A text of the run in its cell, being edited. */
function TextEditor({
  run,
  column,
  edit,
}: {
  run: RunRow;
  column: "group" | "description";
  edit: EditContext;
}) {
  return (
    <LineInput
      value={run[column] ?? ""}
      label={edit.fieldLabel(column, run.name)}
      lines={column === "description"}
      maxLength={column === "description" ? 65_536 : 256}
      onDone={(text) => {
        edit.onDone();
        if (text !== null) edit.edits.edit(run, { [column]: text === "" ? null : text });
      }}
    />
  );
}

/** The tags of the run in a box below its cell. */
function TagsEditor({ run, edit }: { run: RunRow; edit: EditContext }) {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={anchor} className="h-full" />
      <PopoverRoot open onOpenChange={(open) => !open && edit.onDone()}>
        <PopoverPopup label={edit.fieldLabel("tags", run.name)} align="start" anchor={anchor}>
          <TagPicker
            known={edit.tags}
            of={[run.tags]}
            onAdd={(tag) => edit.edits.retag([run], [tag], [])}
            onRemove={(tag) => edit.edits.retag([run], [], [tag])}
          />
        </PopoverPopup>
      </PopoverRoot>
    </>
  );
}

export function Cell(props: CellProps) {
  const { row, field, width, first, index, left, context, edit, active, editing } = props;
  const { id } = field;
  const created = field.id === "created";
  const exact = field.exact(row);
  const title = created ? formatMoment(row.run.created_at, context.language) : exact;
  return (
    <div
      role={edit === null ? "cell" : "gridcell"}
      aria-colindex={index + 2}
      id={active ? ACTIVE : undefined}
      data-column={id}
      title={title}
      style={left === undefined ? { width } : { width, left }}
      className={
        cellClass(field, first) +
        (left === undefined ? "" : pinClass(props.selected)) +
        (active ? RING : "")
      }
    >
      {editing && edit !== null && id === "tags" && <TagsEditor run={row.run} edit={edit} />}
      {editing && edit !== null && (id === "group" || id === "description") ? (
        <TextEditor run={row.run} column={id} edit={edit} />
      ) : id === "tags" ? (
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
