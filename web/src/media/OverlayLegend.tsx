import { useId, useMemo } from "react";
import { useTranslation } from "@/i18n";

import { classesOf, overlaysOf, scoresOf } from "./overlays";
import { changePanel, useView, useViewStore } from "./view";
import type { LegendProps } from "./viewer";

const EMPTY: readonly string[] = [];

/** The classes drawn over the pictures of a panel: each is switched on and off, boxes by score too. */
export function OverlayLegend({ name, items }: LegendProps) {
  const { t } = useTranslation();
  const store = useViewStore();
  const off = useView(({ panels }) => panels[name]?.off) ?? EMPTY;
  const all = useMemo(() => items.map(overlaysOf), [items]);
  const classes = useMemo(() => classesOf(all), [all]);
  if (classes.length === 0) return null;
  const set = (next: readonly string[]) =>
    changePanel(store, name, { off: next.length === 0 ? undefined : next });
  const several = new Set(classes.map(({ overlay }) => overlay)).size > 1;
  return (
    <fieldset className="flex flex-wrap items-center gap-1">
      <legend className="sr-only">{t("media.classes")}</legend>
      {classes.map(({ id, overlay, label, color }) => {
        const shown = !off.includes(id);
        return (
          <button
            key={id}
            type="button"
            aria-pressed={shown}
            onClick={() => set(shown ? [...off, id] : off.filter((one) => one !== id))}
            className={`flex h-6 max-w-48 items-center gap-1.5 rounded border border-line px-1.5 text-small ${shown ? "bg-panel" : "bg-sunken text-ink-3 line-through"}`}
          >
            <span
              aria-hidden
              className="size-2.5 shrink-0 rounded-[2px] border border-ink-3"
              style={shown ? { background: color } : undefined}
            />
            <span className="truncate">{several ? `${overlay}: ${label}` : label}</span>
          </button>
        );
      })}
      {classes.length > 1 && (
        <button
          type="button"
          onClick={() => set(off.length > 0 ? [] : classes.map(({ id }) => id))}
          className="h-6 rounded px-1.5 text-small text-accent hover:bg-accent-soft"
        >
          {t(off.length > 0 ? "media.allClasses" : "media.noClasses")}
        </button>
      )}
      <Threshold name={name} scores={scoresOf(all)} />
    </fieldset>
  );
}

function Threshold({ name, scores }: { name: string; scores: ReturnType<typeof scoresOf> }) {
  const { t } = useTranslation();
  const store = useViewStore();
  const least = useView(({ panels }) => panels[name]?.least);
  const id = useId();
  if (scores === null) return null;
  // Scores are mostly shares; those of another kind have a range of their own.
  const [low, high] = [Math.min(0, scores.low), Math.max(1, scores.high)];
  const value = Math.min(high, Math.max(low, least ?? low));
  return (
    <span className="flex items-center gap-1.5 pl-2 text-small text-ink-2">
      <label htmlFor={id}>{t("media.threshold")}</label>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={(high - low) / 100}
        value={value}
        onChange={(event) => {
          const next = Number(event.target.value);
          changePanel(store, name, { least: next <= low ? undefined : next });
        }}
        className="h-4 w-24 cursor-pointer accent-(--accent)"
      />
      <output htmlFor={id} className="w-8 text-ink">
        {value.toFixed(2)}
      </output>
    </span>
  );
}
