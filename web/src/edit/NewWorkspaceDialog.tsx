import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { teams, workspacesQuery } from "@/api/teams";
import { useFailureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";

/** Makes an organisation, which the reader then owns. */
export function NewWorkspaceDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const make = useMutation({
    mutationFn: () => teams.makeWorkspace(name.trim(), description.trim() || null),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: workspacesQuery.queryKey });
      onClose();
      void navigate({
        to: "/@{$workspace}",
        params: { workspace: made.name },
        search: { tab: "members" },
      });
    },
  });
  const failure = useFailureText(make.error);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("teams.newWorkspace")}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!make.isPending) make.mutate();
        }}
      >
        <p className="text-ink-2">{t("teams.newWorkspaceText")}</p>
        <Field
          label={t("projects.name")}
          hint={t("accounts.nameRule")}
          required
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
          autoFocus
          maxLength={25}
          value={name}
          onChange={setName}
        />
        <Field
          label={t("runs.description")}
          maxLength={1000}
          value={description}
          onChange={setDescription}
        />
        <div className="flex items-center justify-end gap-2">
          {make.isError && (
            <p role="alert" className="grow text-small text-bad">
              {failure}
            </p>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" disabled={make.isPending}>
            {t("teams.makeWorkspace")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
