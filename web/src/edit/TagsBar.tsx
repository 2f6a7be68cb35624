import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import type { Run, RunTable } from "@/api/messages";
import { runsQuery } from "@/api/queries";
import { Tag } from "@/components/Tag";
import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";

import { TagPicker } from "./TagPicker";
import type { Edits } from "./useEdits";

/** Every tag in use among the runs, the most used first. */
export function tagsOf(runs: RunTable["runs"] | undefined): string[] {
  const counts = new Map<string, number>();
  for (const { tags } of runs ?? [])
    for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([tag]) => tag);
}

/** The tags of a run; whoever may edit it takes them away and adds others. */
export function TagsBar({ run, edits }: { run: Run; edits: Edits }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const table = useQuery({ ...runsQuery(run.workspace, run.project), enabled: open });
  const known = useMemo(() => tagsOf(table.data?.runs), [table.data]);
  const of = useMemo(() => [run.tags], [run.tags]);
  return (
    <ul aria-label={t("runs.tags")} className="flex min-w-0 flex-wrap items-center gap-1">
      {run.tags.map((tag) => (
        <li key={tag} className="flex">
          <Tag>
            <span className="flex items-center gap-0.5">
              <span className="truncate">{tag}</span>
              {run.editable && (
                <button
                  type="button"
                  aria-label={t("edit.removeTag", { tag })}
                  title={t("edit.removeTag", { tag })}
                  onClick={() => edits.retag([run], [], [tag])}
                  className="-mr-1 grid size-4 shrink-0 place-items-center rounded-full text-ink-3 hover:bg-sunken hover:text-ink"
                >
                  <X aria-hidden className="size-3" />
                </button>
              )}
            </span>
          </Tag>
        </li>
      ))}
      {run.editable && (
        <li className="flex">
          <PopoverRoot open={open} onOpenChange={setOpen}>
            <PopoverTrigger className="h-[19px] gap-1 rounded-full border-dashed bg-transparent px-2 text-tiny text-ink-2">
              <Plus aria-hidden />
              {t("edit.tag")}
            </PopoverTrigger>
            <PopoverPopup label={t("runs.tags")} align="start">
              <TagPicker
                known={known}
                of={of}
                onAdd={(tag) => edits.retag([run], [tag], [])}
                onRemove={(tag) => edits.retag([run], [], [tag])}
              />
            </PopoverPopup>
          </PopoverRoot>
        </li>
      )}
    </ul>
  );
}
