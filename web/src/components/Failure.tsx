import { Link, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Translate } from "@/i18n";
import { CircleAlert, SearchX } from "lucide-react";
import { useTranslation } from "@/i18n";

import { ApiError } from "@/api/client";
import { Button, buttonClass } from "@/components/ui/button";

/** Reasons that the server gives for not doing something, which are said in the reader's language. */
const REFUSALS = [
  "bad_invite",
  "bad_link",
  "changed",
  "disabled",
  "email_taken",
  "exists",
  "forbidden",
  "last_admin",
  "last_owner",
  "no_accounts",
  "no_mail",
  "no_signup",
  "not_admin",
  "not_empty",
  "read_only",
  "taken",
  "wrong_password",
] as const;

/** What happened and what to do, in words for people. */
export function failureText(error: unknown, t: Translate): string {
  if (!(error instanceof ApiError)) return t("error.page", { message: String(error) });
  if (error.status === 0) return t("error.unreachable");
  const refusal = REFUSALS.find((code) => code === error.code);
  if (refusal !== undefined) return t(`refusals.${refusal}`);
  if (error.status === 404) return t("error.notFound");
  if (error.status >= 500) return t("error.server", { message: error.message });
  return error.message;
}

/** The same, for a component. */
export function useFailureText(error: unknown): string {
  const { t } = useTranslation();
  return failureText(error, t);
}

export interface FailureProps {
  error: unknown;
  onRetry?: () => void;
  /** It stands in for a part of a page, not for the page. */
  embedded?: boolean;
}

/** Whoever is not signed in is asked to be, once, and comes back to where this stood. */
function ToLogin() {
  const router = useRouter();
  const navigate = useNavigate();
  const [next] = useState(() => router.latestLocation.href);
  useEffect(() => {
    // On the way there already: this page stands only until the other one's code has come.
    if (next.startsWith("/login")) return;
    void navigate({ to: "/login", search: { next }, replace: true });
  }, [navigate, next]);
  return null;
}

/** In place of what could not be shown. */
export function Failure({ error, onRetry, embedded = false }: FailureProps) {
  const { t } = useTranslation();
  const text = useFailureText(error);
  const missing = error instanceof ApiError && (error.status === 404 || error.status === 403);
  if (error instanceof ApiError && error.status === 401 && !embedded) return <ToLogin />;
  const Heading = embedded ? "h2" : "h1";
  const Icon = missing ? SearchX : CircleAlert;
  return (
    <div
      role="alert"
      className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-16 text-center"
    >
      <Icon aria-hidden className="size-6 text-ink-3" />
      <Heading className="text-title font-semibold">
        {missing ? t("error.notFoundTitle") : t("error.title")}
      </Heading>
      <p className="text-ink-2">{text}</p>
      <div className="mt-2 flex gap-2">
        {onRetry !== undefined && !missing && (
          <Button onClick={onRetry}>{t("common.retry")}</Button>
        )}
        {missing && (
          <Link to="/" className={buttonClass()}>
            {t("error.home")}
          </Link>
        )}
      </div>
    </div>
  );
}
