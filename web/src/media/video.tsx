import { useState } from "react";
import { useTranslation } from "@/i18n";

import { blobUrl } from "./bytes";
import { NotReady } from "./NotReady";
import { Picture } from "./Picture";
import type { ItemViewerProps, MediaKind } from "./viewer";

/** A video with the browser's own controls; of a GIF there is nothing to control. */
function Video({ source, item }: ItemViewerProps) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState<string | null>(null);
  const { digest, error } = item;
  if (digest === null)
    return (
      <NotReady held={error === null ? { state: "coming" } : { state: "lost", reason: error }} />
    );
  const url = blobUrl(source, digest);
  const name = item.caption ?? t("media.videoOf", { name: source.key });
  if (item.format === "gif")
    return <Picture url={url} alt={name} className="h-full w-full object-contain" />;
  if (failed === url)
    return (
      <p className="grid h-full place-items-center bg-sunken px-2 text-center text-small text-ink-2">
        {t("media.badVideo")}
      </p>
    );
  return (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- what a training recorded has none
    <video
      key={digest}
      controls
      playsInline
      loop
      muted
      preload="metadata"
      src={url}
      aria-label={name}
      onError={() => setFailed(url)}
      className="h-full w-full bg-sunken object-contain"
    />
  );
}

export const viewer: MediaKind = { Item: Video };
