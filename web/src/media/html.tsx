import { useEffect, useRef } from "react";
import { useTranslation } from "@/i18n";

import { useText } from "./bytes";
import { NotReady } from "./NotReady";
import type { ItemViewerProps, MediaKind } from "./viewer";

/** Does the report do something by itself? One that does not gets a frame in which nothing may. */
export function acts(html: string): boolean {
  return /<script|\son[a-z]+\s*=|javascript:/i.test(html);
}

/**
 * A page that the training made. It has no origin: it sees no cookie, no address and nothing of our
 * pages, and asks nobody for anything. Scripts run only in the frame of a report that has some.
 */
function Html({ source, item }: ItemViewerProps) {
  const { t } = useTranslation();
  const text = useText(source, item);
  if (text.state !== "ready") return <NotReady held={text} />;
  const title = item.caption ?? t("media.reportOf", { name: source.key });
  // Reports count on white paper.
  const look = "h-full w-full rounded border border-line bg-white";
  return acts(text.value) ? (
    <Stage key={item.digest ?? text.value} html={text.value} title={title} className={look} />
  ) : (
    <iframe sandbox="" srcDoc={text.value} title={title} className={look} />
  );
}

interface StageProps {
  html: string;
  title: string;
  className: string;
}

/** The server sends an empty page whose policy allows scripts without an origin; the report is told to it. */
function Stage({ html, title, className }: StageProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const tell = ({ source, data }: MessageEvent) => {
      if (source === null || source !== frame.current?.contentWindow || data !== "stage") return;
      removeEventListener("message", tell);
      // Its origin has no name.
      frame.current.contentWindow?.postMessage(html, "*");
    };
    addEventListener("message", tell);
    return () => removeEventListener("message", tell);
  }, [html]);
  return (
    <iframe
      ref={frame}
      src="/stage.html"
      sandbox="allow-scripts"
      title={title}
      className={className}
    />
  );
}

export const viewer: MediaKind = { Item: Html };
