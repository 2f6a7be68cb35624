import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { accounts, keysQuery, type Scope } from "@/api/accounts";
import { useFailureText } from "@/components/Failure";
import { Snippet } from "@/components/Snippet";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Choice, Field } from "@/components/ui/field";
import { loginCommand } from "@/lib/snippets";

const DAY = 24 * 3600 * 1000;
const SCOPES: readonly Scope[] = ["write", "read", "admin"];
/** For how many days a key may be good; "" is for ever. */
const DAYS = ["", "7", "30", "90", "365"] as const;

/** Shown once: what the server keeps is only its hash. */
function Made({ apiKey, onClose }: { apiKey: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-3">
      <p className="text-ink-2">{t("accounts.once")}</p>
      <Snippet text={apiKey} title={t("accounts.theKey")} />
      <Snippet
        text={loginCommand(window.location.origin, apiKey)}
        title={t("accounts.loginWith")}
      />
      <Button look="primary" className="self-end" onClick={onClose}>
        {t("accounts.kept")}
      </Button>
    </div>
  );
}

/** Makes an API key, and shows it once with the command that uses it. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("write");
  const [days, setDays] = useState<(typeof DAYS)[number]>("");
  const make = useMutation({
    mutationFn: () =>
      accounts.makeKey({
        name: name.trim(),
        scope,
        expires_at: days === "" ? null : Date.now() + Number(days) * DAY,
      }),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  const failure = useFailureText(make.error);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("accounts.newKey")}>
      {make.data === undefined ? (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== "" && !make.isPending) make.mutate();
          }}
        >
          <Field
            label={t("accounts.keyName")}
            hint={t("accounts.keyNameHint")}
            required
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
            autoFocus
            maxLength={100}
            value={name}
            onChange={setName}
          />
          <Choice
            label={t("accounts.may")}
            value={scope}
            options={SCOPES.map((one) => [one, t(`accounts.scopeLong.${one}`)])}
            onChange={setScope}
          />
          <Choice
            label={t("accounts.until")}
            value={days}
            options={DAYS.map((one) => [
              one,
              one === "" ? t("accounts.never") : t("accounts.inDays", { count: Number(one) }),
            ])}
            onChange={setDays}
          />
          <div className="flex items-center justify-end gap-2">
            {make.isError && (
              <p role="alert" className="grow text-small text-bad">
                {failure}
              </p>
            )}
            <Button onClick={onClose}>{t("common.cancel")}</Button>
            <Button look="primary" type="submit" disabled={make.isPending || name.trim() === ""}>
              {t("accounts.makeKey")}
            </Button>
          </div>
        </form>
      ) : (
        <Made apiKey={make.data.api_key} onClose={onClose} />
      )}
    </Dialog>
  );
}
