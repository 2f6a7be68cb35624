import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

export interface ConfirmDialogProps {
  title: string;
  /** What is lost. */
  children: ReactNode;
  action: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something is done that matters. */
export function ConfirmDialog({ title, children, action, onConfirm, onClose }: ConfirmDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <div className="break-words text-ink-2">{children}</div>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button
          look="primary"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
