import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { Eye, EyeOff } from "lucide-react";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "@/i18n";

import { api, ApiError } from "@/api/client";
import { sessionQuery } from "@/api/queries";
import { useFailureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { formatDuration } from "@/lib/format";
import { safeNext } from "@/lib/next";

function useSignInFailure(error: unknown): string {
  const { t } = useTranslation();
  const other = useFailureText(error);
  if (!(error instanceof ApiError)) return other;
  if (error.status === 401) return t("login.wrong");
  if (error.status !== 429) return other;
  const seconds = error.detail.retry_after;
  if (typeof seconds !== "number") return t("login.tooManySoon");
  return t("login.tooMany", { wait: formatDuration(seconds * 1000) });
}

const field =
  "h-8 w-full rounded border border-line-strong bg-sunken px-2.5 outline-none focus:border-accent";

function PasswordField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="relative">
      <label htmlFor="password" className="mb-1 block text-small text-ink-2">
        {t("login.password")}
      </label>
      <input
        id="password"
        type={shown ? "text" : "password"}
        required
        autoComplete="current-password"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={`${field} pr-9`}
      />
      <Button
        look="quiet"
        size="icon"
        aria-label={shown ? t("login.hide") : t("login.show")}
        onClick={() => setShown(!shown)}
        className="absolute right-0.5 bottom-0.5"
      >
        <Icon aria-hidden />
      </Button>
    </div>
  );
}

function SignInForm() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => api.signIn(username, password),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
    onError: () => setPassword(""),
  });
  const failure = useSignInFailure(signIn.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <div>
        <label htmlFor="username" className="mb-1 block text-small text-ink-2">
          {t("login.username")}
        </label>
        <input
          id="username"
          required
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page has this one purpose
          autoFocus
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={username}
          onChange={(event) => setUsername(event.target.value)}
          className={field}
        />
      </div>
      <PasswordField value={password} onChange={setPassword} />
      <div role="alert" className="min-h-[2.8em] text-small text-bad">
        {signIn.isError && failure}
      </div>
      <Button type="submit" look="primary" size="large" disabled={signIn.isPending}>
        {signIn.isPending ? t("login.busy") : t("login.submit")}
      </Button>
    </form>
  );
}

/** Sign in, then on to where one wanted to go (`next`). */
export function LoginPage() {
  const { t } = useTranslation();
  const session = useQuery(sessionQuery);
  const { next } = useSearch({ from: "/login" });
  const router = useRouter();
  const signedIn = session.data !== undefined;
  useEffect(() => {
    if (signedIn) router.history.replace(safeNext(next));
  }, [signedIn, next, router]);
  if (signedIn) return null;
  return (
    <div className="mx-auto w-[320px] max-w-full px-4 pt-[14vh] pb-8">
      <h1 className="mb-4 text-lg font-semibold">{t("login.title")}</h1>
      <SignInForm />
      <p className="mt-6 text-small text-ink-3">{t("login.hint")}</p>
    </div>
  );
}
