import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { useProjectEdits } from "@/edit/useProjectEdits";
import { Markdown } from "@/markdown/Markdown";

function tagsOf(text: string): string[] {
  const tags = text.split(",").map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ""))];
}

export interface AboutFormProps {
  project: Project;
  /** It was sent. */
  onDone?: () => void;
}

/** What the project is about, its tags and, for those who manage it, who may read it. */
export function AboutForm({ project, onDone }: AboutFormProps) {
  const { t } = useTranslation();
  const edits = useProjectEdits();
  const [description, setDescription] = useState(project.description ?? "");
  const [tags, setTags] = useState(project.tags.join(", "));
  const [visibility, setVisibility] = useState(project.visibility);
  const manager = project.access === "manage";
  const save = () => {
    onDone?.();
    void edits.edit(project, {
      description: description.trim() || null,
      tags: tagsOf(tags),
      ...(manager && { visibility }),
    });
  };
  return (
    <form
      className="flex flex-col gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label className="flex flex-col gap-1 text-small text-ink-2">
        {t("runs.description")}
        <textarea
          value={description}
          rows={6}
          maxLength={65_536}
          onChange={(event) => setDescription(event.target.value)}
          className="w-full rounded border border-line-strong bg-panel p-2 text-ink focus:border-accent focus:outline-none"
        />
      </label>
      {description.trim() !== "" && (
        <div className="max-h-60 overflow-auto rounded border border-line p-2">
          <Markdown text={description} />
        </div>
      )}
      <Field
        label={t("runs.tags")}
        hint={t("teams.tagsHint")}
        maxLength={2000}
        value={tags}
        onChange={setTags}
      />
      {manager && (
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 text-small text-ink-2">{t("about.visibility")}</legend>
          {(["private", "public"] as const).map((one) => (
            <label key={one} className="flex min-h-7 cursor-pointer items-center gap-2">
              <input
                type="radio"
                name="visibility"
                checked={visibility === one}
                onChange={() => setVisibility(one)}
                className="accent-(--accent)"
              />
              {t(`about.${one}`)}
            </label>
          ))}
        </fieldset>
      )}
      <Button look="primary" type="submit" className="self-start">
        {t("edit.save")}
      </Button>
    </form>
  );
}
