import { Pause, Play } from "lucide-react";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "@/i18n";

import { onThemeChange, theme } from "@/charts/palette";
import { IconButton } from "@/components/ui/icon-button";

import { blobUrl, useBytes } from "./bytes";
import { NotReady } from "./NotReady";
import { clock, drawWave, peaksOf, usePlayer } from "./sound";
import { useDecoded } from "./useDecoded";
import type { ItemViewerProps, MediaKind } from "./viewer";

/** Larger sounds are played without being drawn (bytes). */
const MOST_DRAWN = 48 << 20;

function Audio(props: ItemViewerProps) {
  const { item, source } = props;
  const { digest } = item;
  if (digest === null)
    return (
      <NotReady
        held={item.error === null ? { state: "coming" } : { state: "lost", reason: item.error }}
      />
    );
  const url = blobUrl(source, digest);
  return item.size > MOST_DRAWN ? (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- what a training recorded has none
    <audio controls preload="none" src={url} className="h-10 w-full" />
  ) : (
    <Drawn key={digest} {...props} url={url} />
  );
}

/** A sound with its wave: click it, or move by the arrow keys, to go there. */
function Drawn({ source, item, full, url }: ItemViewerProps & { url: string }) {
  const { t } = useTranslation();
  const bytes = useBytes(source, item);
  const decoded = useDecoded(bytes.state === "ready" ? bytes.value : null);
  const said = Number(item.meta.seconds);
  const element = useRef<HTMLAudioElement>(null);
  const player = usePlayer(element, decoded.data?.duration ?? (said > 0 ? said : 0));
  if (bytes.state !== "ready" && bytes.state !== "loading") return <NotReady held={bytes} />;
  const { playing, at, length } = player;
  const name = item.caption ?? source.key;
  return (
    <div className="flex h-full min-h-12 items-center gap-2 rounded bg-sunken px-1.5">
      <IconButton
        label={t(playing ? "media.stop" : "media.start", { name })}
        onClick={player.toggle}
      >
        {playing ? <Pause aria-hidden /> : <Play aria-hidden />}
      </IconButton>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- what a training recorded has none */}
      <audio ref={element} src={url} preload="none" className="hidden" />
      <div className="relative h-full min-w-0 grow" style={full ? { maxHeight: 320 } : undefined}>
        {decoded.data && <Wave sound={decoded.data} share={length > 0 ? at / length : 0} />}
        {decoded.error !== null && (
          <span className="absolute inset-0 grid place-items-center text-small text-ink-2">
            {t("media.noWave")}
          </span>
        )}
        <input
          type="range"
          min={0}
          max={length}
          step={length / 500 || 0.01}
          value={at}
          aria-label={t("media.position", { name })}
          aria-valuetext={`${clock(at)} / ${clock(length)}`}
          onChange={(event) => player.seek(Number(event.target.value))}
          className="absolute inset-0 h-full w-full cursor-pointer appearance-none bg-transparent opacity-0 focus-visible:opacity-30"
        />
      </div>
      <output className="min-w-18 shrink-0 text-right text-tiny text-ink-2">
        {player.failed ? t("media.notPlayed") : `${clock(at)} / ${clock(length)}`}
      </output>
    </div>
  );
}

/** Loudness over time; what was played is in the accent's colour. */
function Wave({ sound, share }: { sound: AudioBuffer; share: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const colors = useSyncExternalStore(onThemeChange, theme);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const peaks = useMemo(() => {
    const channels = Array.from({ length: sound.numberOfChannels }, (_, i) =>
      sound.getChannelData(i),
    );
    return peaksOf(channels, Math.floor(size.width / 2));
  }, [sound, size.width]);
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (pen && size.width > 0) drawWave(pen, peaks, share, size, colors);
  }, [peaks, share, size, colors]);
  return (
    <canvas
      ref={canvas}
      aria-hidden
      data-peaks={peaks[0]?.length ?? 0}
      className="absolute inset-0 h-full w-full"
    />
  );
}

export const viewer: MediaKind = { Item: Audio };
