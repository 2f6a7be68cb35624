import { Undo2, X } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "@/i18n";

import { Button, buttonClass } from "@/components/ui/button";
import { cn } from "@/lib/classes";
import { isWriting } from "@/lib/writing";

import { close, hold, release, undo, useToasts } from "./toasts";

function undoByKey(event: KeyboardEvent) {
  const pressed = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (pressed && event.key.toLowerCase() === "z" && !isWriting(event.target) && undo())
    event.preventDefault();
}

/** What was just done, at the bottom of every page. */
export function Toasts() {
  const { t } = useTranslation();
  const toasts = useToasts();
  useEffect(() => {
    document.addEventListener("keydown", undoByKey);
    return () => document.removeEventListener("keydown", undoByKey);
  }, []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- reading is no action: it only stops the clock
    <section
      aria-label={t("edit.done")}
      onPointerEnter={hold}
      onPointerLeave={release}
      onFocus={hold}
      onBlur={release}
      className="pointer-events-none fixed inset-x-0 bottom-4 z-60 flex flex-col items-center gap-2 px-2"
    >
      <div role="status" className="contents">
        {toasts.map((toast) => (
          <div
            key={toast.id}
            role={toast.look === "bad" ? "alert" : undefined}
            className={cn(
              "pointer-events-auto flex max-w-xl min-w-0 items-center gap-2 rounded border bg-panel py-1 pr-1 pl-3 text-ink shadow-lg shadow-black/10",
              toast.look === "bad" ? "border-bad" : "border-line-strong",
            )}
          >
            <span className={cn("min-w-0 break-words", toast.look === "bad" && "text-bad")}>
              {toast.text}
            </span>
            {toast.undo !== undefined && (
              <Button
                look="quiet"
                className="font-semibold text-accent"
                title={t("edit.undoKey")}
                onClick={() => undo(toast.id)}
              >
                <Undo2 aria-hidden />
                {t("edit.undo")}
              </Button>
            )}
            <button
              type="button"
              aria-label={t("common.close")}
              onClick={() => close(toast.id)}
              className={buttonClass("quiet", "icon")}
            >
              <X aria-hidden />
            </button>
          </div>
        ))}
      </div>
    </section>
  );
}
