import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

export interface PictureProps {
  url: string;
  alt: string;
  className?: string;
  style?: React.CSSProperties;
  /** The picture that is shown now, when it is another. */
  onShown?: (image: HTMLImageElement) => void;
}

/**
 * A picture that stays until the next one is decoded, so that moving through steps does not flash.
 * Of pictures that come late the newest one is shown.
 */
export function Picture({ url, alt, className, style, onShown }: PictureProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<{ url: string; order: number } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const order = useRef(0);
  useEffect(() => {
    order.current += 1;
    const mine = order.current;
    let live = true;
    const image = new Image();
    image.src = url;
    image
      .decode()
      .then(() => {
        // Left behind, yet newer than what is seen: so something moves while a slider is dragged.
        setShown((now) => (now === null || now.order < mine ? { url, order: mine } : now));
        if (live) setFailed(null);
      })
      .catch(() => live && setFailed(url));
    return () => {
      live = false;
    };
  }, [url]);
  const latest = useRef(onShown);
  useEffect(() => {
    latest.current = onShown;
  });
  const told = useCallback((event: React.SyntheticEvent<HTMLImageElement>) => {
    latest.current?.(event.currentTarget);
  }, []);
  if (failed === url)
    return (
      <span className="grid h-full w-full place-items-center bg-sunken px-1 text-center text-small text-ink-2">
        {t("media.badPicture")}
      </span>
    );
  if (shown === null) return <span aria-busy className="block h-full w-full bg-sunken" />;
  return (
    <img
      src={shown.url}
      alt={alt}
      draggable={false}
      onLoad={told}
      className={className}
      style={style}
    />
  );
}
