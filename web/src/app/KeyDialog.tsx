import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import { useFailureText } from "@/components/Failure";
import { Snippet } from "@/components/Snippet";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { loginCommand } from "@/lib/snippets";

/** Makes the caller's API key, shows it once with the command that uses it. */
export function KeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const make = useMutation({ mutationFn: api.makeKey, gcTime: 0 });
  const failure = useFailureText(make.error);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("key.title")}>
      <p className="text-ink-2">{t("key.about")}</p>
      {make.data === undefined ? (
        <div className="mt-4 flex items-center justify-end gap-3">
          {make.isError && (
            <p role="alert" className="grow text-bad">
              {failure}
            </p>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" disabled={make.isPending} onClick={() => make.mutate()}>
            {t("key.make")}
          </Button>
        </div>
      ) : (
        <div className="mt-4 flex flex-col gap-3">
          <Snippet text={make.data.api_key} title={t("key.once")} />
          <Snippet
            text={loginCommand(window.location.origin, make.data.api_key)}
            title={t("key.login")}
          />
          <Button look="primary" className="self-end" onClick={onClose}>
            {t("key.done")}
          </Button>
        </div>
      )}
    </Dialog>
  );
}
