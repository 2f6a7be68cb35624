import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { accounts, type Instance, instanceQuery } from "@/api/accounts";
import { sessionQuery } from "@/api/queries";
import { Failure, useFailureText } from "@/components/Failure";
import { buttonClass } from "@/components/ui/button";
import { Field, PasswordField } from "@/components/ui/field";
import { safeNext } from "@/lib/next";
import { useTitle } from "@/lib/title";

import { Entry, EntryForm } from "./Entry";

interface Invited {
  token: string;
  email: string | null;
}

function SignUpForm({ instance, invited }: { instance: Instance; invited: Invited | null }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const { next } = useSearch({ strict: false });
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [email, setEmail] = useState(invited?.email ?? "");
  const needsEmail = invited === null && instance.needs_email;
  const make = useMutation({
    mutationFn: async () => {
      const made = await accounts.signUp({
        username,
        password,
        ...(needsEmail && { email: email.trim() }),
        ...(invited !== null && { invite: invited.token }),
      });
      return made.confirm ? null : await accounts.signIn(username, password);
    },
    onSuccess: (session) => {
      if (session === null) return;
      client.setQueryData(sessionQuery.queryKey, session);
      if (typeof next !== "string") void navigate({ to: "/settings", search: {}, replace: true });
      else router.history.replace(safeNext(next));
    },
  });
  const failure = useFailureText(make.error);
  if (make.isSuccess && make.data === null)
    return <p role="status">{t("accounts.mailed", { email: email.trim() })}</p>;
  return (
    <EntryForm
      onSubmit={() => make.mutate()}
      action={make.isPending ? t("accounts.making") : t("accounts.make")}
      busy={make.isPending}
      failed={make.isError ? failure : null}
    >
      {invited !== null && <p className="text-ink-2">{t("accounts.invited")}</p>}
      {needsEmail && (
        <Field
          label={t("accounts.email")}
          type="email"
          required
          autoComplete="email"
          value={email}
          onChange={setEmail}
          hint={t("accounts.domains", { domains: instance.email_domains.join(", ") })}
        />
      )}
      {invited !== null && invited.email !== null && (
        <Field
          label={t("accounts.email")}
          type="email"
          disabled
          value={email}
          onChange={setEmail}
        />
      )}
      <Field
        label={t("login.username")}
        required
        maxLength={25}
        autoCapitalize="none"
        autoComplete="username"
        value={username}
        onChange={setUsername}
        hint={t("accounts.nameRule")}
      />
      <PasswordField
        label={t("login.password")}
        autoComplete="new-password"
        minLength={8}
        maxLength={1024}
        value={password}
        onChange={setPassword}
        hint={t("accounts.passwordRule")}
      />
    </EntryForm>
  );
}

/** Why there is no form: whom to ask. */
function NoSignUp({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="text-ink-2">{text}</p>
      <Link to="/login" className={buttonClass("plain", "large")}>
        {t("login.title")}
      </Link>
    </>
  );
}

/** Make an account, as far as the server's policy lets one. */
export function SignUpPage() {
  const { t } = useTranslation();
  const { token } = useParams({ strict: false });
  useTitle(t("accounts.signUp"));
  const session = useQuery(sessionQuery);
  const instance = useQuery(instanceQuery);
  const invite = useQuery({
    queryKey: ["invite", token],
    queryFn: () => accounts.lookAtInvite(token ?? ""),
    enabled: token !== undefined && session.data === undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const failed = instance.error ?? invite.error;
  if (failed !== null) return <Failure error={failed} onRetry={() => void instance.refetch()} />;
  if (session.data !== undefined)
    return (
      <Entry title={t("accounts.signUp")}>
        <p className="text-ink-2">{t("accounts.already", { name: session.data.user.username })}</p>
        <Link to="/" className={buttonClass("plain", "large")}>
          {t("shell.home")}
        </Link>
      </Entry>
    );
  if (instance.data === undefined || (token !== undefined && invite.data === undefined))
    return <div aria-busy className="grow" />;
  const { signup } = instance.data;
  const good = token !== undefined && invite.data?.good === true && signup !== "closed";
  const invited = good ? { token, email: invite.data?.email ?? null } : null;
  return (
    <Entry title={t("accounts.signUp")}>
      {token !== undefined && !good && signup !== "closed" ? (
        <NoSignUp text={t("accounts.badInvite")} />
      ) : signup === "open" || good ? (
        <SignUpForm instance={instance.data} invited={invited} />
      ) : (
        <NoSignUp text={t(signup === "closed" ? "accounts.closed" : "accounts.inviteOnly")} />
      )}
    </Entry>
  );
}
