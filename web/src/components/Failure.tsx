import { Link } from "@tanstack/react-router";
import type { Translate } from "@/i18n";
import { CircleAlert, SearchX } from "lucide-react";
import { useTranslation } from "@/i18n";

import { ApiError } from "@/api/client";
import { Button, buttonClass } from "@/components/ui/button";

/** What happened and what to do, in words for people. */
export function failureText(error: unknown, t: Translate): string {
  if (!(error instanceof ApiError)) return t("error.page", { message: String(error) });
  if (error.status === 0) return t("error.unreachable");
  if (error.status === 404 || error.status === 403) return t("error.notFound");
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

/** In place of what could not be shown. */
export function Failure({ error, onRetry, embedded = false }: FailureProps) {
  const { t } = useTranslation();
  const text = useFailureText(error);
  const missing = error instanceof ApiError && (error.status === 404 || error.status === 403);
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
