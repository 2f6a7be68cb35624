import { CloudOff } from "lucide-react";
import { useTranslation } from "@/i18n";

import { useConnection } from "@/api/live";

/** Says that the server cannot be reached. What is on the page stays. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const offline = useConnection() === "offline";
  return (
    <div role="status" aria-live="polite">
      {offline && (
        <div className="flex items-center gap-2 border-b border-line bg-sunken px-3.5 py-1.5 text-small text-warn">
          <CloudOff aria-hidden className="size-3.5 shrink-0" />
          {t("shell.offline")}
        </div>
      )}
    </div>
  );
}
