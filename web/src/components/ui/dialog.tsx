import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";

import { cn } from "@/lib/classes";

import { buttonClass } from "./button";
import { floating } from "./menu";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
}

export function Dialog({ open, onOpenChange, title, children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-black/30 transition-opacity duration-100 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Base.Popup
          className={cn(
            floating,
            "fixed top-[15vh] left-1/2 z-50 max-h-[75vh] w-[480px] max-w-[calc(100vw-24px)] -translate-x-1/2 overflow-auto p-4",
          )}
        >
          <div className="mb-2 flex items-center justify-between">
            <Base.Title className="text-title font-semibold">{title}</Base.Title>
            <Base.Close aria-label={t("common.close")} className={buttonClass("quiet", "icon")}>
              <X aria-hidden />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
