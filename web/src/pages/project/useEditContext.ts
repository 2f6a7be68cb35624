import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "@/i18n";

import { tagsOf } from "@/edit/TagsBar";
import { useEdits } from "@/edit/useEdits";

import type { EditContext } from "./Cell";
import type { Row } from "./fields";
import type { Selection } from "./useSelection";

/** What cells share that are edited; null where they are not. The same until something changes. */
export function useEditContext(
  workspace: string,
  project: string,
  selection: Selection | null,
  rows: readonly Row[],
  onDone: () => void,
): EditContext | null {
  const { t } = useTranslation();
  const edits = useEdits(workspace, project);
  const done = useRef(onDone);
  useEffect(() => void (done.current = onDone));
  const select = selection?.toggle;
  const tags = useMemo(() => tagsOf(rows.map(({ run }) => run)), [rows]);
  const known = tags.join("\n");
  return useMemo(() => {
    if (select === undefined) return null;
    const labels: Record<string, string> = {
      name: t("runs.name"),
      tags: t("runs.tags"),
      group: t("runs.group"),
      description: t("runs.description"),
    };
    return {
      edits,
      tags,
      selectLabel: (name) => t("edit.select", { name }),
      fieldLabel: (column, name) => t("edit.field", { field: labels[column], name }),
      onSelect: select,
      onDone: () => done.current(),
    };
    // oxlint-disable-next-line react/exhaustive-deps -- `known` stands for the tags
  }, [edits, select, known, t]);
}
