import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { accounts, instanceQuery } from "@/api/accounts";
import { useFailureText } from "@/components/Failure";
import { buttonClass } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { useTitle } from "@/lib/title";

import { Entry, EntryForm } from "./Entry";

/** Ask for a link by mail; where the server sends none, whom to ask. */
export function ForgotPage() {
  const { t } = useTranslation();
  useTitle(t("accounts.forgot"));
  const { data: instance } = useQuery(instanceQuery);
  const [who, setWho] = useState("");
  const ask = useMutation({ mutationFn: () => accounts.forgot(who.trim()) });
  const failure = useFailureText(ask.error);
  return (
    <Entry title={t("accounts.forgot")}>
      {instance?.mail === false && <p className="text-ink-2">{t("accounts.noMail")}</p>}
      {instance?.mail === true && ask.isSuccess && (
        <p role="status" className="text-ink-2">
          {t("accounts.forgotSent")}
        </p>
      )}
      {instance?.mail === true && !ask.isSuccess && (
        <EntryForm
          onSubmit={() => ask.mutate()}
          action={t("accounts.forgotAction")}
          busy={ask.isPending}
          failed={ask.isError ? failure : null}
        >
          <Field
            label={t("accounts.who")}
            required
            maxLength={254}
            autoComplete="username"
            value={who}
            onChange={setWho}
          />
        </EntryForm>
      )}
      <Link to="/login" className={buttonClass("quiet", "large")}>
        {t("accounts.toLogin")}
      </Link>
    </Entry>
  );
}
