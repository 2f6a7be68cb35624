import { CircleAlert } from "lucide-react";
import { useTranslation } from "@/i18n";

import { ApiError } from "@/api/client";
import { useFailureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";

import type { Held } from "./bytes";

export type Unready = Exclude<Held<unknown>, { state: "ready" }>;

/** In place of an item whose bytes are not there: on their way, lost, or not fetched. */
export function NotReady({ held }: { held: Unready }) {
  const { t } = useTranslation();
  if (held.state === "loading")
    return <div aria-busy className="h-full min-h-6 w-full animate-pulse rounded bg-sunken" />;
  if (held.state === "failed") return <Failed error={held.error} retry={held.retry} />;
  return (
    <p className="grid h-full min-h-6 place-items-center overflow-hidden rounded bg-sunken px-2 text-center text-small text-ink-2">
      {held.state === "coming" ? t("media.coming") : t("media.lost", { reason: held.reason })}
    </p>
  );
}

function Failed({ error, retry }: { error: unknown; retry: (() => void) | null }) {
  const { t } = useTranslation();
  const text = useFailureText(error);
  return (
    <div
      role="alert"
      className="flex h-full min-h-6 flex-col items-center justify-center gap-1 overflow-hidden px-2 text-center text-small text-ink-2"
    >
      <span className="flex items-center gap-1.5">
        <CircleAlert aria-hidden className="size-3.5 shrink-0 text-bad" />
        {error instanceof ApiError ? text : t("media.unreadable", { reason: String(error) })}
      </span>
      {retry && <Button onClick={retry}>{t("common.retry")}</Button>}
    </div>
  );
}
