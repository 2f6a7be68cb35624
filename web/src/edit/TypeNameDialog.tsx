import { type ReactNode, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";

export interface TypeNameDialogProps {
  title: string;
  /** What has to be written. */
  name: string;
  action: string;
  onConfirm: () => void;
  onClose: () => void;
  /** What is lost. */
  children: ReactNode;
}

/** Asks for the name of what is to go, before much is lost. */
export function TypeNameDialog(props: TypeNameDialogProps) {
  const { title, name, action, onConfirm, onClose, children } = props;
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const right = text.trim() === name;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!right) return;
          onClose();
          onConfirm();
        }}
      >
        <div className="break-words text-ink-2">{children}</div>
        <Field
          label={t("teams.typeName", { name })}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
          autoFocus
          value={text}
          onChange={setText}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" disabled={!right}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
