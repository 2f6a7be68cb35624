import { Download as Icon } from "lucide-react";
import { useTranslation } from "@/i18n";

import { buttonClass } from "@/components/ui/button";
import { formatBytes } from "@/lib/format";

import { blobUrl } from "./bytes";
import type { ItemViewerProps } from "./viewer";

/** What cannot be shown here is saved. */
export function Download({ source, item }: ItemViewerProps) {
  const { t } = useTranslation();
  const href =
    item.digest === null
      ? `data:application/octet-stream,${encodeURIComponent(item.text ?? "")}`
      : blobUrl(source, item.digest);
  return (
    <div className="grid h-full place-items-center p-2">
      <a href={href} download={`media.${item.format}`} className={buttonClass()}>
        <Icon aria-hidden />
        {t("media.save", { format: item.format, size: formatBytes(item.size) })}
      </a>
    </div>
  );
}
