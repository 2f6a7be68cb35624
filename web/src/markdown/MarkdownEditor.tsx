import { useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";

import { Markdown } from "./Markdown";

export interface MarkdownEditorProps {
  text: string;
  label: string;
  /** null: the text was emptied. */
  onSave: (text: string | null) => void;
  onCancel: () => void;
}

/** Writing Markdown, with a look at what becomes of it. */
export function MarkdownEditor({ text, label, onSave, onCancel }: MarkdownEditorProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(text);
  const [preview, setPreview] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const save = () => onSave(draft.trim() || null);
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      onCancel();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- keys of what is in it
    <div className="flex flex-col gap-2 p-3" onKeyDown={press}>
      {preview ? (
        <div className="min-h-34 rounded border border-line p-2">
          {draft.trim() === "" ? (
            <span className="text-ink-3">{t("edit.noDescription")}</span>
          ) : (
            <Markdown text={draft} />
          )}
        </div>
      ) : (
        <textarea
          ref={field}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
          autoFocus
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          rows={Math.min(20, Math.max(6, draft.split("\n").length + 1))}
          maxLength={65_536}
          aria-label={label}
          className="w-full rounded border border-line-strong bg-panel p-2 text-ink focus:border-accent focus:outline-none"
        />
      )}
      <div className="flex items-center justify-end gap-2">
        <Button look="quiet" aria-pressed={preview} onClick={() => setPreview(!preview)}>
          {preview ? t("edit.write") : t("edit.preview")}
        </Button>
        <span className="grow text-tiny text-ink-2 max-sm:hidden">{t("edit.markdownKeys")}</span>
        <span className="grow sm:hidden" />
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
        <Button look="primary" onClick={save}>
          {t("edit.save")}
        </Button>
      </div>
    </div>
  );
}
