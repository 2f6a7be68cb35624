import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import type { MediaItem } from "@/api/messages";
import { useNear } from "@/charts/useNear";
import { Button } from "@/components/ui/button";
import { formatBytes } from "@/lib/format";

/** Larger ones are fetched when somebody says so. */
const UNASKED = 32 * 1024 * 1024;

/** What is costly to draw: there while it is in sight, and fetched unasked unless it is large. */
export function Gate({ item, children }: { item: MediaItem; children: () => ReactNode }) {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const near = useNear(host);
  const [wanted, setWanted] = useState(false);
  return (
    <div ref={host} className="relative h-full min-h-28 w-full">
      {item.size > UNASKED && !wanted ? (
        <div className="grid h-full place-items-center">
          <Button onClick={() => setWanted(true)}>
            {t("viewer.load", { size: formatBytes(item.size) })}
          </Button>
        </div>
      ) : (
        near && children()
      )}
    </div>
  );
}
