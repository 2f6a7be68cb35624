import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";
import { cn } from "@/lib/classes";

import { type Acts, useArranged } from "./arranging";
import type { AxisControlsProps } from "./Toolbar";
import { type ChartLook, entryOf } from "./looks";
import { axisOf, chosenAxis } from "./settings";
import { type ChartSpec, idOf } from "./spec";

type Part = { [K in keyof ChartLook]?: ChartLook[K] | undefined };

/** What a chart has of its own, kept in the layout. */
export interface Own {
  id: string;
  title: string;
  look: ChartLook;
  /** A chart that somebody made has its title in itself. */
  named: boolean;
  acts: Acts;
}

function merged(look: Part, part: Part): ChartLook {
  const all = Object.entries({ ...look, ...part }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all);
}

/**
 * A chart with settings of its own: kept in the layout where charts are arranged, else as long as
 * the chart is looked at.
 */
export function useOwnLook(given: ChartSpec): {
  spec: ChartSpec;
  settings: AxisControlsProps["settings"];
  change: (part: Part) => void;
  own: Own | null;
} {
  const arranged = useArranged();
  const [loose, setLoose] = useState<ChartLook>({});
  const settings = {
    smoothing: given.smoothing,
    smoother: given.smoother ?? ("average" as const),
    range: given.robust === true ? ("robust" as const) : ("all" as const),
    x: chosenAxis(given.x),
    y: given.y,
  };
  if (arranged === null) {
    const chosen = { ...settings, ...loose };
    const x = given.x === "elapsed" ? "elapsed" : axisOf(chosen.x, given.defined);
    return {
      spec: { ...given, ...chosen, robust: chosen.range === "robust", x },
      settings: chosen,
      change: (part) => setLoose((old) => merged(old, part)),
      own: null,
    };
  }
  const { layout, acts } = arranged;
  const id = idOf(given);
  const own = {
    id,
    title: given.title,
    look: entryOf(layout.settings, id) ?? {},
    named: layout.charts.some((chart) => chart.id === id),
    acts,
  };
  return {
    spec: given,
    settings,
    change: (part) => acts.lookOfChart(id, given.title, merged(own.look, part)),
    own,
  };
}

/** The title and the ends of y of one chart, and the way back to what its section says. */
export function OwnLook({ own }: { own: Own }) {
  const { t } = useTranslation();
  const { look, named } = own;
  const some = Object.keys(look).length > 0;
  const keep = (part: Part) => {
    const next = merged(look, part);
    if (JSON.stringify(next) !== JSON.stringify(look))
      own.acts.lookOfChart(own.id, own.title, next);
  };
  const end = (text: string) => {
    const number = Number(text);
    return text.trim() === "" || !Number.isFinite(number) ? undefined : number;
  };
  return (
    <PopoverRoot>
      <PopoverTrigger
        aria-label={t("layout.own")}
        title={t("layout.own")}
        className={cn("size-7 p-0", some && "text-accent")}
      >
        <SlidersHorizontal aria-hidden />
      </PopoverTrigger>
      <PopoverPopup label={t("layout.own")} className="flex w-64 flex-col gap-2 p-3 text-small">
        {!named && (
          <Line
            key={`title ${look.title}`}
            label={t("layout.title")}
            value={look.title ?? ""}
            placeholder={own.id}
            onKeep={(text) => keep({ title: text.trim() || undefined })}
          />
        )}
        <Line
          key={`low ${look.low}`}
          label={t("layout.low")}
          value={look.low ?? ""}
          placeholder={t("charts.auto")}
          onKeep={(text) => keep({ low: end(text) })}
        />
        <Line
          key={`high ${look.high}`}
          label={t("layout.high")}
          value={look.high ?? ""}
          placeholder={t("charts.auto")}
          onKeep={(text) => keep({ high: end(text) })}
        />
        <Button disabled={!some} onClick={() => own.acts.lookOfChart(own.id, own.title, {})}>
          {t("layout.asSection")}
        </Button>
      </PopoverPopup>
    </PopoverRoot>
  );
}

interface LineProps {
  label: string;
  value: string | number;
  placeholder: string;
  onKeep: (text: string) => void;
}

/** A field whose text is kept when it is left, or with Enter. */
function Line({ label, value, placeholder, onKeep }: LineProps) {
  return (
    <label className="flex items-center gap-2 text-ink-2">
      <span className="w-20 shrink-0">{label}</span>
      <input
        defaultValue={value}
        placeholder={placeholder}
        className="h-7 min-w-0 grow rounded border border-line-strong bg-panel px-2 text-ink placeholder:text-ink-3"
        onBlur={(event) => onKeep(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
    </label>
  );
}
