import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { accounts } from "@/api/accounts";
import { sessionQuery } from "@/api/queries";
import { useFailureText } from "@/components/Failure";
import { PasswordField } from "@/components/ui/field";
import { useTitle } from "@/lib/title";

import { Entry, EntryForm } from "./Entry";

/** Choose a password by a link that works once, and be signed in. */
export function ResetPage() {
  const { t } = useTranslation();
  const { token } = useParams({ from: "/reset/$token" });
  useTitle(t("accounts.reset"));
  const client = useQueryClient();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: async () => {
      const { username } = await accounts.reset(token, password);
      return accounts.signIn(username, password);
    },
    onSuccess: (session) => {
      client.clear(); // Nothing of another account that was signed in here.
      client.setQueryData(sessionQuery.queryKey, session);
      void navigate({ to: "/", replace: true });
    },
  });
  const failure = useFailureText(reset.error);
  return (
    <Entry title={t("accounts.reset")}>
      <EntryForm
        onSubmit={() => reset.mutate()}
        action={t("accounts.resetAction")}
        busy={reset.isPending}
        failed={reset.isError ? failure : null}
      >
        <p className="text-ink-2">{t("accounts.resetText")}</p>
        <PasswordField
          label={t("accounts.newPassword")}
          autoComplete="new-password"
          minLength={8}
          maxLength={1024}
          value={password}
          onChange={setPassword}
          hint={t("accounts.passwordRule")}
        />
      </EntryForm>
    </Entry>
  );
}
