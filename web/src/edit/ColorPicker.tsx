import { Check } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "@/i18n";

import type { Run } from "@/api/messages";
import { legible, onThemeChange, strokeOf, styleOfRun, theme, type Theme } from "@/charts/palette";
import { Button } from "@/components/ui/button";
import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";
import { cn } from "@/lib/classes";

/** The eight hues of runs, as they are kept; a dark page draws them lighter. */
const COLORS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#b8860b",
  "#3d96d0",
  "#7a5195",
  "#5f6b6d",
] as const;

const useTheme = (): Theme => useSyncExternalStore(onThemeChange, theme);

function Dot({ color, className }: { color: string; className?: string }) {
  return (
    <span
      aria-hidden
      className={cn("block size-3.5 rounded-full", className)}
      style={{ background: color }}
    />
  );
}

/** The colour of the run in every chart; with `onChange` a button that opens a choice. */
export function ColorPicker({
  run,
  onChange,
}: {
  run: Run;
  onChange: (color: string | null) => void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const shown = useTheme();
  const now = strokeOf(styleOfRun(run), shown);
  const choose = (color: string | null) => {
    setOpen(false);
    if (color !== run.color) onChange(color);
  };
  return (
    <PopoverRoot open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        aria-label={t("edit.color")}
        title={t("edit.color")}
        className="size-6 justify-center border-transparent bg-transparent p-0"
      >
        <Dot color={now} className="size-3" />
      </PopoverTrigger>
      <PopoverPopup label={t("edit.color")} align="start" className="flex w-52 flex-col gap-2 p-2">
        <div className="grid grid-cols-4 gap-1">
          {COLORS.map((color, index) => (
            <button
              key={color}
              type="button"
              aria-label={t("edit.colorOf", { n: index + 1 })}
              aria-pressed={run.color === color}
              onClick={() => choose(color)}
              className="grid h-8 place-items-center rounded hover:bg-sunken"
            >
              <span
                className="grid size-5 place-items-center rounded-full"
                style={{ background: legible(color, shown.ink, shown.panel) }}
              >
                {run.color === color && <Check aria-hidden className="size-3.5 text-panel" />}
              </span>
            </button>
          ))}
        </div>
        <OwnColor color={run.color ?? COLORS[0]} onChange={choose} />
        <Button look="quiet" disabled={run.color === null} onClick={() => choose(null)}>
          {t("edit.colorAuto")}
        </Button>
      </PopoverPopup>
    </PopoverRoot>
  );
}

/** Any other colour: tried out in the browser's own choice, kept by the button. */
function OwnColor({ color, onChange }: { color: string; onChange: (color: string) => void }) {
  const { t } = useTranslation();
  const [own, setOwn] = useState(color);
  return (
    <div className="flex items-center gap-2">
      <input
        type="color"
        value={own}
        aria-label={t("edit.colorOwn")}
        onChange={(event) => setOwn(event.target.value)}
        className="h-7 w-10 shrink-0 rounded border border-line-strong bg-panel p-0.5"
      />
      <Button className="grow" onClick={() => onChange(own.toLowerCase())}>
        {t("edit.colorUse")}
      </Button>
    </div>
  );
}
