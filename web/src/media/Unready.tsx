import { TriangleAlert } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { cn } from "@/lib/classes";

import type { Held } from "./bytes";
import { NotReady, type Unready as State } from "./NotReady";
import { Problem } from "./problem";

/** In place of what is not there, or cannot be drawn: with our own words where we know why. */
export function Unready({ held }: { held: State }) {
  const { t } = useTranslation();
  const error = held.state === "failed" ? held.error : null;
  if (!(error instanceof Problem)) return <NotReady held={held} />;
  return (
    <div
      role="alert"
      className="flex h-full min-h-6 items-center justify-center gap-1.5 overflow-hidden px-2 text-center text-small text-ink-2"
    >
      <TriangleAlert aria-hidden className="size-3.5 shrink-0 text-bad" />
      {t("media.unreadable", { reason: t(error.text, error.values) })}
    </div>
  );
}

/** What `from` holds, understood by `read`, which may throw; give a function that stays the same. */
export function useRead<T, R>(from: Held<T>, read: (value: T) => R): Held<R> {
  const value = from.state === "ready" ? from.value : null;
  const found = useMemo((): Held<R> | null => {
    if (value === null) return null;
    try {
      return { state: "ready", value: read(value) };
    } catch (error) {
      return { state: "failed", error, retry: null };
    }
  }, [value, read]);
  return found ?? (from as Exclude<Held<T>, { state: "ready" }>);
}

/** What must be said of a picture: that it shows less than was logged, and the like. */
export function Notice({ texts, className }: { texts: readonly string[]; className?: string }) {
  if (texts.length === 0) return null;
  return (
    <p role="note" className={cn("shrink-0 px-1 pt-0.5 text-tiny text-ink-2", className)}>
      {texts.join(" ")}
    </p>
  );
}
