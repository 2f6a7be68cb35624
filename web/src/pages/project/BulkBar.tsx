import { useNavigate } from "@tanstack/react-router";
import { Copy, FolderInput, GitCompareArrows, Tags, Trash2, Ungroup, X } from "lucide-react";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "@/i18n";

import type { RunRow } from "@/api/messages";
import { Button, buttonClass } from "@/components/ui/button";
import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";
import { ConfirmDialog } from "@/edit/ConfirmDialog";
import { PlaceDialog } from "@/edit/PlaceDialog";
import { TagPicker } from "@/edit/TagPicker";
import { tagsOf } from "@/edit/TagsBar";
import { useEdits } from "@/edit/useEdits";
import { type Action, usePlacing } from "@/edit/usePlacing";
import { formatCount } from "@/lib/format";

import type { Row } from "./fields";
import type { Selection } from "./useSelection";

/** More runs than this side by side are no comparison, and no address. */
const MOST = 50;

export interface BulkBarProps {
  workspace: string;
  project: string;
  rows: Row[];
  selection: Selection;
}

/** What can be done with the runs that are selected. */
export function BulkBar({ workspace, project, rows, selection }: BulkBarProps) {
  const { t, i18n } = useTranslation();
  const edits = useEdits(workspace, project);
  const navigate = useNavigate({ from: "/@{$workspace}/$project" });
  const [deleting, setDeleting] = useState(false);
  const [placed, setPlaced] = useState<Action | null>(null);
  const placing = usePlacing(workspace, project);
  const runs = useMemo(
    () => rows.map(({ run }) => run).filter(({ id }) => selection.ids.has(id)),
    [rows, selection.ids],
  );
  const known = useMemo(() => tagsOf(rows.map(({ run }) => run)), [rows]);
  const of = useMemo(() => runs.map(({ tags }) => tags), [runs]);
  const groups = useMemo(
    () => [...new Set(rows.flatMap(({ run }) => run.group ?? []))].toSorted(),
    [rows],
  );
  const alive = runs.filter(({ state }) => state === "running").length;
  const many = runs.length > MOST;
  const compare = () =>
    void navigate({
      search: ({ on: _on, off: _off, ...old }) => ({
        ...old,
        tab: "compare",
        first: 0,
        on: runs.map(({ id }) => id),
      }),
    });
  return (
    <section
      aria-label={t("edit.selectedRuns")}
      className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-3.5 py-1.5 max-sm:px-2"
    >
      <span role="status" className="font-semibold">
        {t("edit.selected", { count: runs.length, n: formatCount(runs.length, i18n.language) })}
      </span>
      <Choice label={t("edit.tags")} icon={<Tags aria-hidden />}>
        {() => (
          <TagPicker
            known={known}
            of={of}
            onAdd={(tag) => edits.retag(runs, [tag], [])}
            onRemove={(tag) => edits.retag(runs, [], [tag])}
          />
        )}
      </Choice>
      <Choice label={t("edit.group")} icon={<Ungroup aria-hidden />}>
        {(close) => (
          <GroupForm
            runs={runs}
            groups={groups}
            onSet={(group) => {
              close();
              edits.regroup(runs, group);
            }}
          />
        )}
      </Choice>
      <Button
        disabled={many}
        title={many ? t("edit.compareMost", { count: MOST }) : t("edit.compareHint")}
        onClick={compare}
      >
        <GitCompareArrows aria-hidden />
        {t("edit.compare")}
      </Button>
      <Button onClick={() => setPlaced("move")}>
        <FolderInput aria-hidden />
        {t("place.move")}
      </Button>
      <Button onClick={() => setPlaced("copy")}>
        <Copy aria-hidden />
        {t("place.copy")}
      </Button>
      <Button onClick={() => setDeleting(true)}>
        <Trash2 aria-hidden />
        {t("edit.deleteRun")}
      </Button>
      <button
        type="button"
        aria-label={t("edit.clear")}
        title={t("edit.clear")}
        onClick={selection.clear}
        className={buttonClass("quiet", "icon")}
      >
        <X aria-hidden />
      </button>
      {placed !== null && (
        <PlaceDialog
          action={placed}
          count={runs.length}
          name={runs[0]?.name}
          from={{ workspace, project }}
          onChoose={(place) => {
            if (placed === "copy") void placing.copy(runs, place);
            else void placing.move(runs, place, { arrive: selection.clear });
          }}
          onClose={() => setPlaced(null)}
        />
      )}
      {deleting && (
        <ConfirmDialog
          title={t("edit.deleteTitle", { count: runs.length, name: runs[0]?.name })}
          action={t("edit.delete")}
          onConfirm={() => {
            edits.remove(runs);
            selection.clear();
          }}
          onClose={() => setDeleting(false)}
        >
          {alive > 0 && <p className="mb-2 text-warn">{t("edit.deleteAlive", { count: alive })}</p>}
          {t("edit.deleteText", { count: runs.length })}
        </ConfirmDialog>
      )}
    </section>
  );
}

interface ChoiceProps {
  label: string;
  icon: ReactNode;
  children: (close: () => void) => ReactNode;
}

/** A button with a small form below it. */
function Choice({ label, icon, children }: ChoiceProps) {
  const [open, setOpen] = useState(false);
  return (
    <PopoverRoot open={open} onOpenChange={setOpen}>
      <PopoverTrigger>
        {icon}
        {label}
      </PopoverTrigger>
      <PopoverPopup label={label} align="start">
        {children(() => setOpen(false))}
      </PopoverPopup>
    </PopoverRoot>
  );
}

interface GroupFormProps {
  runs: readonly RunRow[];
  groups: readonly string[];
  onSet: (group: string | null) => void;
}

function GroupForm({ runs, groups, onSet }: GroupFormProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const common = new Set(runs.map(({ group }) => group)).size === 1 ? (runs[0]?.group ?? "") : "";
  return (
    <form
      className="flex w-72 max-w-[90vw] flex-wrap gap-2 p-2"
      onSubmit={(event) => {
        event.preventDefault();
        const group = field.current?.value.trim();
        if (group) onSet(group);
      }}
    >
      <input
        ref={field}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
        autoFocus
        defaultValue={common}
        list="groups"
        maxLength={256}
        aria-label={t("edit.newGroup")}
        placeholder={t("edit.newGroup")}
        autoComplete="off"
        className="h-7 w-full rounded border border-line-strong bg-panel px-2 focus:border-accent focus:outline-none"
      />
      <datalist id="groups">
        {groups.map((group) => (
          <option key={group}>{group}</option>
        ))}
      </datalist>
      <Button look="quiet" onClick={() => onSet(null)}>
        {t("edit.noGroup")}
      </Button>
      <span className="grow" />
      <Button look="primary" type="submit">
        {t("edit.setGroup")}
      </Button>
    </form>
  );
}
