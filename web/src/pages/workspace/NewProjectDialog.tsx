import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { preferencesQuery, teams } from "@/api/teams";
import { useFailureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Choice, Field } from "@/components/ui/field";
import { PROJECT_NAME } from "@/edit/choices";

/** Makes a project without runs, to describe it and let others in before the first one. */
export function NewProjectDialog({
  workspace,
  onClose,
}: {
  workspace: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: preferences } = useQuery(preferencesQuery);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [chosen, setChosen] = useState<Project["visibility"] | null>(null);
  const visibility = chosen ?? preferences?.default_visibility ?? "private";
  const bad = name !== "" && !PROJECT_NAME.test(name.trim());
  const make = useMutation({
    mutationFn: () =>
      teams.makeProject(workspace, {
        name: name.trim(),
        description: description.trim() || null,
        visibility,
      }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["projects"] });
      onClose();
      void navigate({
        to: "/@{$workspace}/$project",
        params: { workspace: made.workspace, project: made.name },
      });
    },
  });
  const failure = useFailureText(make.error);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("teams.newProjectIn", { workspace })}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!bad && !make.isPending) make.mutate();
        }}
      >
        <Field
          label={t("projects.name")}
          hint={t("place.badName")}
          required
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
          autoFocus
          maxLength={100}
          aria-invalid={bad}
          value={name}
          onChange={setName}
        />
        <Field
          label={t("runs.description")}
          maxLength={10_000}
          value={description}
          onChange={setDescription}
        />
        <Choice
          label={t("about.visibility")}
          value={visibility}
          options={[
            ["private", t("about.private")],
            ["public", t("about.public")],
          ]}
          onChange={setChosen}
        />
        <div className="flex items-center justify-end gap-2">
          {make.isError && (
            <p role="alert" className="grow text-small text-bad">
              {failure}
            </p>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" disabled={bad || make.isPending}>
            {t("teams.makeProject")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
