import { useTranslation } from "@/i18n";

import type { Seat } from "./useSeat";

/** A still of what draws with WebGL, until it is live; a click makes it so. */
export function Standing({ seat, label }: { seat: Seat; label: string }) {
  const { t } = useTranslation();
  if (seat.still === null)
    return <div aria-busy className="h-full w-full animate-pulse rounded bg-sunken" />;
  return (
    <button
      type="button"
      className="absolute inset-0 size-full focus-visible:outline-2 focus-visible:outline-accent"
      aria-label={t("viewer.wake", { label })}
      title={t("viewer.wakeTitle")}
      onClick={seat.wake}
      onPointerEnter={seat.wake}
      onFocus={seat.wake}
    >
      <img src={seat.still} alt="" className="size-full object-contain" />
    </button>
  );
}
