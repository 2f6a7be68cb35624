import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { type Binned, binQuery, teams } from "@/api/teams";
import { useFailureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { say } from "@/edit/toasts";

/** Takes a project out of the bin, under another name where its own is taken by now. */
export function RestoreDialog({ project, onClose }: { project: Binned; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(project.name);
  const restore = useMutation({
    mutationFn: () => teams.restore(project.id, name.trim()),
    onSuccess: (found) => {
      void client.invalidateQueries({ queryKey: binQuery.queryKey });
      void client.invalidateQueries({ queryKey: ["projects"] });
      onClose();
      say({ look: "done", text: t("teams.restored", { name: found.name }) });
      void navigate({
        to: "/@{$workspace}/$project",
        params: { workspace: found.workspace, project: found.name },
      });
    },
  });
  const failure = useFailureText(restore.error);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("teams.restoreTitle", { name: project.name })}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!restore.isPending) restore.mutate();
        }}
      >
        <Field
          label={t("projects.name")}
          required
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
          autoFocus
          maxLength={100}
          value={name}
          onChange={setName}
        />
        <div className="flex items-center justify-end gap-2">
          {restore.isError && (
            <p role="alert" className="grow text-small text-bad">
              {failure}
            </p>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" disabled={restore.isPending}>
            {t("teams.restore")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
