import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { Run } from "@/api/messages";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { useEdits } from "@/edit/useEdits";
import { Markdown } from "@/markdown/Markdown";
import { MarkdownEditor } from "@/markdown/MarkdownEditor";

/** What its people say about the run. */
export function DescriptionPanel({ run }: { run: Run }) {
  const { t } = useTranslation();
  const edits = useEdits(run.workspace, run.project);
  const [editing, setEditing] = useState(false);
  const text = run.description ?? "";
  if (text === "" && !run.editable) return null;
  const save = (description: string | null) => {
    setEditing(false);
    if (description !== run.description) edits.edit(run, { description });
  };
  return (
    <Panel
      title={t("run.description")}
      className="col-span-full"
      tools={
        run.editable &&
        !editing && (
          <Button look="quiet" onClick={() => setEditing(true)}>
            <Pencil aria-hidden />
            {t("edit.edit")}
          </Button>
        )
      }
    >
      {editing ? (
        <MarkdownEditor
          text={text}
          label={t("run.description")}
          onSave={save}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <div className="px-3 py-2">
          {text === "" ? (
            <span className="text-ink-2">{t("edit.noDescription")}</span>
          ) : (
            <Markdown text={text} />
          )}
        </div>
      )}
    </Panel>
  );
}
