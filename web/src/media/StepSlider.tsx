import { ChevronLeft, ChevronRight, Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { IconButton } from "@/components/ui/icon-button";
import { cn } from "@/lib/classes";

import { placeOf } from "./panels";

export interface StepSliderProps {
  label: string;
  steps: readonly number[];
  /** Undefined: the newest. */
  at: number | undefined;
  /** Undefined: to the newest, and on with it when there are newer ones. */
  onMove: (step: number | undefined) => void;
  className?: string;
}

/** Time between two steps that play (ms). */
const BEAT = 350;

/** Where in the steps a panel stands: by pointer, arrow keys, or playing by itself. */
export function StepSlider({ label, steps, at, onMove, className }: StepSliderProps) {
  const { t } = useTranslation();
  const last = steps.length - 1;
  const place = at === undefined ? last : Math.max(0, placeOf(steps, at));
  const step = steps[place];
  const [playing, setPlaying] = useState(false);
  const go = (next: number) => {
    const to = Math.min(last, Math.max(0, next));
    onMove(to === last ? undefined : steps[to]);
  };
  useBeat(playing, () => {
    if (place >= last) setPlaying(false);
    else go(place + 1);
  });
  if (last < 1)
    return (
      <div className={cn("flex h-7 items-center px-1 text-tiny text-ink-3", className)}>
        {step !== undefined && t("media.step", { step })}
      </div>
    );
  const play = () => {
    if (!playing && place >= last) go(0);
    setPlaying(!playing);
  };
  return (
    <div className={cn("flex h-7 items-center", className)}>
      <IconButton label={t(playing ? "media.pause" : "media.play", { name: label })} onClick={play}>
        {playing ? <Pause aria-hidden /> : <Play aria-hidden />}
      </IconButton>
      <IconButton label={t("media.previousStep")} onClick={() => go(place - 1)}>
        <ChevronLeft aria-hidden />
      </IconButton>
      <input
        type="range"
        min={0}
        max={last}
        value={place}
        aria-label={t("media.stepOf", { name: label })}
        aria-valuetext={t("media.step", { step })}
        onChange={(event) => go(Number(event.target.value))}
        className="h-4 min-w-8 grow cursor-pointer accent-(--accent)"
      />
      <IconButton label={t("media.nextStep")} onClick={() => go(place + 1)}>
        <ChevronRight aria-hidden />
      </IconButton>
      <output
        title={t("media.stepPlace", { place: place + 1, count: steps.length })}
        className="min-w-14 pr-1 pl-1 text-right text-tiny text-ink-2"
      >
        {step}
      </output>
    </div>
  );
}

function useBeat(on: boolean, beat: () => void): void {
  const latest = useRef(beat);
  useEffect(() => {
    latest.current = beat;
  });
  useEffect(() => {
    if (!on) return undefined;
    const timer = setInterval(() => latest.current(), BEAT);
    return () => clearInterval(timer);
  }, [on]);
}
