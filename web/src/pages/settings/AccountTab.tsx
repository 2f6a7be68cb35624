import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { type Account, accountQuery, accounts, instanceQuery } from "@/api/accounts";
import { Failure, useFailureText } from "@/components/Failure";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { Field, PasswordField } from "@/components/ui/field";
import { say } from "@/edit/toasts";

function EmailForm({ account }: { account: Account }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data: instance } = useQuery(instanceQuery);
  const [email, setEmail] = useState(account.email ?? "");
  const wanted = email.trim() || null;
  const save = useMutation({
    mutationFn: () => accounts.setEmail(wanted),
    onSuccess: (changed) => {
      client.setQueryData(accountQuery.queryKey, changed);
      const mailed = changed.email !== null && !changed.verified && instance?.mail === true;
      say({
        look: "done",
        text: mailed ? t("accounts.mailed", { email: changed.email }) : t("accounts.savedEmail"),
      });
    },
  });
  const failure = useFailureText(save.error);
  const held = account.verified ? "verified" : "unverified";
  return (
    <form
      className="flex flex-col gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Field
        label={t("accounts.email")}
        type="email"
        autoComplete="email"
        maxLength={254}
        value={email}
        onChange={setEmail}
        hint={account.email === null ? t("accounts.emailAbout") : t(`accounts.${held}`)}
        className="max-w-sm"
      />
      {save.isError && (
        <p role="alert" className="text-small text-bad">
          {failure}
        </p>
      )}
      <Button
        type="submit"
        className="self-start"
        disabled={save.isPending || wanted === account.email}
      >
        {t("edit.save")}
      </Button>
    </form>
  );
}

function PasswordForm({ account }: { account: Account }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const change = useMutation({
    mutationFn: () => accounts.changePassword(old, fresh),
    onSuccess: ({ count }) => {
      setOld("");
      setFresh("");
      say({ look: "done", text: t("accounts.passwordChanged", { count }) });
      void client.invalidateQueries({ queryKey: ["sessions"] });
      void client.invalidateQueries({ queryKey: accountQuery.queryKey });
    },
  });
  const failure = useFailureText(change.error);
  return (
    <form
      className="flex flex-col gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!change.isPending) change.mutate();
      }}
    >
      {/* Password stores look for whose password it is. */}
      <input type="text" autoComplete="username" readOnly hidden value={account.username} />
      {account.has_password && (
        <PasswordField
          label={t("accounts.oldPassword")}
          autoComplete="current-password"
          value={old}
          onChange={setOld}
          className="max-w-sm"
        />
      )}
      <PasswordField
        label={t("accounts.newPassword")}
        autoComplete="new-password"
        minLength={8}
        maxLength={1024}
        value={fresh}
        onChange={setFresh}
        hint={t("accounts.passwordRule")}
        className="max-w-sm"
      />
      <p className="text-small text-ink-2">{t("accounts.passwordText")}</p>
      {change.isError && (
        <p role="alert" className="text-small text-bad">
          {failure}
        </p>
      )}
      <Button type="submit" className="self-start" disabled={change.isPending}>
        {t("accounts.changePassword")}
      </Button>
    </form>
  );
}

/** Adds sign-in elsewhere to the account; nothing where the server has none. */
function OidcPanel() {
  const { t } = useTranslation();
  const { data: instance } = useQuery(instanceQuery);
  const depart = useMutation({
    mutationFn: () => accounts.departure("/settings?tab=account", true),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const failure = useFailureText(depart.error);
  if (instance === undefined || instance.oidc === null) return null;
  const name = instance.oidc;
  return (
    <Panel title={name}>
      <div className="flex flex-col items-start gap-2 p-3">
        <p className="text-ink-2">{t("accounts.linkText", { name })}</p>
        <Button disabled={depart.isPending} onClick={() => depart.mutate()}>
          {t("accounts.link", { name })}
        </Button>
        {depart.isError && (
          <p role="alert" className="text-small text-bad">
            {failure}
          </p>
        )}
      </div>
    </Panel>
  );
}

/** The reader's address and password. */
export function AccountTab() {
  const { t } = useTranslation();
  const account = useQuery(accountQuery);
  if (account.data === undefined) {
    if (account.error === null) return <div aria-busy className="grow" />;
    return <Failure error={account.error} onRetry={() => void account.refetch()} />;
  }
  return (
    <>
      <Panel title={t("accounts.password")}>
        <PasswordForm account={account.data} />
      </Panel>
      <OidcPanel />
      <Panel title={t("accounts.email")}>
        <EmailForm key={account.data.email} account={account.data} />
      </Panel>
    </>
  );
}
