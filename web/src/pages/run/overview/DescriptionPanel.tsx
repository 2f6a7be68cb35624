import { Pencil } from "lucide-react";
import { useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Run } from "@/api/messages";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { useEdits } from "@/edit/useEdits";

interface EditorProps {
  text: string;
  onSave: (text: string | null) => void;
  onCancel: () => void;
}

function Editor({ text, onSave, onCancel }: EditorProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  const save = () => onSave(field.current?.value.trim() || null);
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") onCancel();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  };
  return (
    <div className="flex flex-col gap-2 p-3">
      <textarea
        ref={field}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
        autoFocus
        defaultValue={text}
        rows={6}
        maxLength={65_536}
        aria-label={t("run.description")}
        onKeyDown={press}
        className="w-full rounded border border-line-strong bg-panel p-2 text-ink focus:border-accent focus:outline-none"
      />
      <div className="flex items-center justify-end gap-2">
        <span className="grow text-tiny text-ink-3 max-sm:hidden">{t("edit.saveKeys")}</span>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
        <Button look="primary" onClick={save}>
          {t("edit.save")}
        </Button>
      </div>
    </div>
  );
}

/** What its people say about the run, as they wrote it. */
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
        <Editor text={text} onSave={save} onCancel={() => setEditing(false)} />
      ) : (
        <p className="px-3 py-2 break-words whitespace-pre-wrap">
          {text === "" ? <span className="text-ink-3">{t("edit.noDescription")}</span> : text}
        </p>
      )}
    </Panel>
  );
}
