import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "@/i18n";

import { accounts, type Instance, instanceQuery } from "@/api/accounts";
import { api, ApiError } from "@/api/client";
import { sessionQuery } from "@/api/queries";
import { useFailureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Field, PasswordField } from "@/components/ui/field";
import { formatDuration } from "@/lib/format";
import { safeNext } from "@/lib/next";

function useSignInFailure(error: unknown): string {
  const { t } = useTranslation();
  const other = useFailureText(error);
  if (!(error instanceof ApiError)) return other;
  if (error.code === "disabled") return t("refusals.disabled");
  if (error.status === 401) return t("login.wrong");
  if (error.status !== 429) return other;
  const seconds = error.detail.retry_after;
  if (typeof seconds !== "number") return t("login.tooManySoon");
  return t("login.tooMany", { wait: formatDuration(seconds * 1000) });
}

function SignInForm() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => api.signIn(username, password),
    onSuccess: (session) => {
      // What was read without an account says what strangers may do.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      client.setQueryData(sessionQuery.queryKey, session);
    },
    onError: () => setPassword(""),
  });
  const failure = useSignInFailure(signIn.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field
        label={t("login.username")}
        required
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page has this one purpose
        autoFocus
        autoComplete="username"
        autoCapitalize="none"
        value={username}
        onChange={setUsername}
      />
      <PasswordField
        label={t("login.password")}
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      <div role="alert" className="min-h-[2.8em] text-small text-bad">
        {signIn.isError && failure}
      </div>
      <Button type="submit" look="primary" size="large" disabled={signIn.isPending}>
        {signIn.isPending ? t("login.busy") : t("login.submit")}
      </Button>
    </form>
  );
}

/** Sign in by the provider of OpenID Connect that an admin named. */
function Elsewhere({ name, target }: { name: string; target: string }) {
  const { t } = useTranslation();
  const depart = useMutation({
    mutationFn: () => accounts.departure(target),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const failure = useFailureText(depart.error);
  return (
    <div className="mb-4 flex flex-col gap-2 border-b border-line pb-4">
      <Button
        size="large"
        disabled={depart.isPending || depart.isSuccess}
        onClick={() => depart.mutate()}
      >
        {t("accounts.oidc", { name })}
      </Button>
      {depart.isError && (
        <p role="alert" className="text-small text-bad">
          {failure}
        </p>
      )}
    </div>
  );
}

const link = "text-accent underline-offset-2 hover:underline";

/** Other ways in, and how one comes to have an account. */
function OtherWays({ instance, next }: { instance: Instance; next: string | undefined }) {
  const { t } = useTranslation();
  const search = next === undefined ? {} : { next };
  return (
    <div className="mt-6 flex flex-col gap-2 text-small text-ink-2">
      {instance.mail && (
        <Link to="/forgot" className={link}>
          {t("accounts.forgotLink")}
        </Link>
      )}
      {instance.signup === "open" && (
        <p>
          {t("accounts.noAccount")}{" "}
          <Link to="/signup" search={search} className={link}>
            {t("accounts.signUp")}
          </Link>
        </p>
      )}
      {instance.signup !== "open" && (
        <p>{t(instance.signup === "closed" ? "accounts.closed" : "accounts.inviteOnly")}</p>
      )}
    </div>
  );
}

/** Sign in, then on to where one wanted to go (`next`). */
export function LoginPage() {
  const { t } = useTranslation();
  const session = useQuery(sessionQuery);
  const { next, failed } = useSearch({ from: "/login" });
  const { data: instance } = useQuery(instanceQuery);
  const router = useRouter();
  const signedIn = session.data !== undefined;
  useEffect(() => {
    if (signedIn) router.history.replace(safeNext(next));
  }, [signedIn, next, router]);
  if (signedIn) return null;
  return (
    <div className="mx-auto w-[320px] max-w-full px-4 pt-[14vh] pb-8">
      <h1 className="mb-4 text-lg font-semibold">{t("login.title")}</h1>
      {failed !== undefined && (
        <p role="alert" className="mb-3 text-small text-bad">
          {t(
            failed === "email_domain" || failed === "no_signup"
              ? "accounts.oidcNone"
              : "accounts.oidcFailed",
          )}
        </p>
      )}
      {instance !== undefined && instance.oidc !== null && (
        <Elsewhere name={instance.oidc} target={safeNext(next)} />
      )}
      <SignInForm />
      {instance !== undefined && <OtherWays instance={instance} next={next} />}
      <p className="mt-4 text-small text-ink-3">{t("login.hint")}</p>
    </div>
  );
}
