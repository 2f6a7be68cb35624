/** Sounds: their peaks, how they are drawn, and playing one at a time. */

import { useCallback, useEffect, useRef, useState } from "react";

import type { Theme } from "@/charts/palette";

/** The least and the greatest sample of a stretch. */
export type Peak = readonly [low: number, high: number];

/** The peaks of each channel in `count` stretches of equal length, fewer where there are fewer samples. */
export function peaksOf(channels: readonly Float32Array[], count: number): Peak[][] {
  return channels.map((samples) => {
    const stretches = Math.max(0, Math.min(count, samples.length));
    return Array.from({ length: stretches }, (_, i): Peak => {
      const from = Math.floor((i * samples.length) / stretches);
      const to = Math.floor(((i + 1) * samples.length) / stretches);
      let [low, high] = [Infinity, -Infinity];
      for (let at = from; at < to; at += 1) {
        const one = samples[at] ?? 0;
        if (one < low) low = one;
        if (one > high) high = one;
      }
      return [low, high];
    });
  });
}

/** Seconds as people read them: `0:07`, `12:05`. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const text = String(whole % 60).padStart(2, "0");
  return seconds < 10 && seconds % 1 > 0
    ? `0:0${seconds.toFixed(1)}`
    : `${Math.floor(whole / 60)}:${text}`;
}

/** Draw the channels above each other; `share` of it was played. */
export function drawWave(
  pen: CanvasRenderingContext2D,
  channels: readonly Peak[][],
  share: number,
  { width, height }: { width: number; height: number },
  { ink, faint }: Pick<Theme, "ink" | "faint">,
): void {
  const density = devicePixelRatio;
  pen.canvas.width = Math.round(width * density);
  pen.canvas.height = Math.round(height * density);
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, width, height);
  const high = height / Math.max(1, channels.length);
  channels.forEach((peaks, channel) => {
    const middle = high * (channel + 0.5);
    const wide = width / peaks.length;
    peaks.forEach(([low, top], i) => {
      pen.fillStyle = share > 0 && (i + 0.5) / peaks.length <= share ? ink : faint;
      const up = middle - Math.min(1, top) * (high / 2 - 2);
      const down = middle - Math.max(-1, low) * (high / 2 - 2);
      pen.fillRect(i * wide, up, Math.max(1, wide - 1), Math.max(1, down - up));
    });
  });
  if (share > 0) {
    pen.fillStyle = ink;
    pen.fillRect(Math.min(width - 1, share * width), 0, 1, height);
  }
}

/** The sound that plays; another one that starts stops it. */
let sounding: HTMLAudioElement | null = null;

export interface Player {
  playing: boolean;
  /** Seconds. */
  at: number;
  length: number;
  failed: boolean;
  toggle: () => void;
  seek: (at: number) => void;
}

/** Plays an element; while it does no other one plays. `known` in seconds, 0: not known. */
export function usePlayer(ref: React.RefObject<HTMLAudioElement | null>, known: number): Player {
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [said, setSaid] = useState(0);
  const [failed, setFailed] = useState(false);
  const sought = useRef<number | null>(null);
  useEffect(() => {
    const audio = ref.current;
    if (audio === null) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    const on = (name: string, call: () => void) => audio.addEventListener(name, call, { signal });
    on("play", () => {
      if (sounding !== audio) sounding?.pause();
      sounding = audio;
      setPlaying(true);
    });
    on("pause", () => setPlaying(false));
    on("timeupdate", () => setAt(audio.currentTime));
    on("ended", () => setAt(0));
    on("error", () => setFailed(true));
    on("loadedmetadata", () => {
      if (Number.isFinite(audio.duration)) setSaid(audio.duration);
      if (sought.current !== null) audio.currentTime = sought.current;
      sought.current = null;
    });
    return () => {
      stop.abort();
      audio.pause();
      if (sounding === audio) sounding = null;
    };
  }, [ref]);
  useFrames(playing, () => ref.current && setAt(ref.current.currentTime));
  const toggle = useCallback(() => {
    const audio = ref.current;
    if (audio?.paused) audio.play().catch(() => setFailed(true));
    else audio?.pause();
  }, [ref]);
  const seek = useCallback(
    (to: number) => {
      const audio = ref.current;
      if (audio === null || audio.readyState === 0) sought.current = to;
      else audio.currentTime = to;
      setAt(to);
    },
    [ref],
  );
  return { playing, at, length: known || said, failed, toggle, seek };
}

/** Call back at every frame while `on`. */
function useFrames(on: boolean, call: () => void): void {
  const latest = useRef(call);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => {
    if (!on) return undefined;
    let frame = 0;
    const next = () => {
      latest.current();
      frame = requestAnimationFrame(next);
    };
    frame = requestAnimationFrame(next);
    return () => cancelAnimationFrame(frame);
  }, [on]);
}
