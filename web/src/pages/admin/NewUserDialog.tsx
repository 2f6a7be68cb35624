import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { accounts } from "@/api/accounts";
import { useFailureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";

export interface NewUserDialogProps {
  onClose: () => void;
  /** By what the user chooses a password. */
  onLink: (made: { link: string; name: string }) => void;
}

/** Adds a user, who chooses a password by a link. */
export function NewUserDialog({ onClose, onLink }: NewUserDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [username, setUsername] = useState("");
  const [email, setEmail] = useState("");
  const [admin, setAdmin] = useState(false);
  const add = useMutation({
    mutationFn: () =>
      accounts.addUser({ username: username.trim(), admin, email: email.trim() || null }),
    gcTime: 0,
    onSuccess: ({ link, username: name }) => {
      void client.invalidateQueries({ queryKey: ["users"] });
      onClose();
      if (link !== null) onLink({ link, name });
    },
  });
  const failure = useFailureText(add.error);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("admin.addUser")}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!add.isPending) add.mutate();
        }}
      >
        <Field
          label={t("login.username")}
          required
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
          autoFocus
          maxLength={25}
          value={username}
          onChange={setUsername}
          hint={t("accounts.nameRule")}
        />
        <Field
          label={t("admin.emailIfAny")}
          type="email"
          maxLength={254}
          value={email}
          onChange={setEmail}
        />
        <Checkbox checked={admin} onChange={setAdmin}>
          {t("admin.makeAdmin")}
        </Checkbox>
        <p className="text-small text-ink-2">{t("admin.addText")}</p>
        <div className="flex items-center justify-end gap-2">
          {add.isError && (
            <p role="alert" className="grow text-small text-bad">
              {failure}
            </p>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" disabled={add.isPending}>
            {t("admin.addUser")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
