import { Link2 } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "@/i18n";

import { IconButton } from "@/components/ui/icon-button";
import { cn } from "@/lib/classes";

import { useKind } from "./kinds";
import type { Seen } from "./MediaDialog";
import { placeOf } from "./panels";
import { StepSlider } from "./StepSlider";
import type { PanelSteps } from "./useMedia";
import { type How, type ItemName, type Opened, useViewStore } from "./view";

/** What an item is best compared with: that of another run, the next of its step, the step before. */
export function otherThan(
  open: Opened,
  steps: PanelSteps,
  at: number | undefined,
  seen: Seen | null,
): ItemName {
  const { run, rank, item } = open;
  const other = steps.rows.find(
    ({ row: { source } }) => source.run !== run || source.rank !== rank,
  );
  if (other) return { run: other.row.source.run, rank: other.row.source.rank, item };
  const count = seen?.entry.items.length ?? 1;
  if (count > 1) return { run, rank, item: (item + 1) % count };
  const all = steps.all ?? [];
  const place = at === undefined ? all.length - 1 : placeOf(all, at);
  return { run, rank, item, step: all[Math.max(0, place - 1)] };
}

export interface CompareBarProps {
  open: Opened;
  steps: PanelSteps;
  /** The step of the first item. */
  at: number | undefined;
  /** What is compared with it. */
  seen: Seen | null;
  kind: string;
}

/** Which item stands beside the first one, and how. */
export function CompareBar({ open, steps, at, seen, kind }: CompareBarProps) {
  const { t } = useTranslation();
  const store = useViewStore();
  const { data: viewer } = useKind(kind);
  const { other } = open;
  if (other === undefined) return null;
  const change = (part: Partial<ItemName>) =>
    store.setState({ open: { ...open, other: { ...other, ...part } } });
  const ways: readonly How[] = [...new Set<How>(["side", ...(viewer?.Pair?.ways ?? [])])];
  const rows = steps.rows.map(({ row }) => row.source);
  const chosen = rows.findIndex(({ run, rank }) => run === other.run && rank === other.rank);
  const own = steps.rows[chosen]?.steps ?? [];
  const count = seen?.entry.items.length ?? 1;
  return (
    <div
      role="group"
      aria-label={t("media.comparedWith")}
      className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line pt-2"
    >
      <span className="text-small text-ink-2">{t("media.comparedWith")}</span>
      {rows.length > 1 && (
        <Choice
          label={t("media.run")}
          value={chosen}
          options={rows.map(({ runName, rank }) =>
            rank > 0 ? `${runName} · ${t("charts.rank", { rank })}` : runName,
          )}
          onChange={(place) => {
            const next = rows[place];
            if (next) change({ run: next.run, rank: next.rank });
          }}
        />
      )}
      {count > 1 && (
        <Choice
          label={t("media.itemLabel")}
          value={Math.min(other.item, count - 1)}
          options={Array.from({ length: count }, (_, i) => t("media.item", { number: i + 1 }))}
          onChange={(item) => change({ item })}
        />
      )}
      <StepSlider
        label={t("media.comparedWith")}
        steps={own}
        at={other.step ?? at}
        onMove={(step) => change({ step: step ?? own.at(-1) })}
        className="w-72 max-w-full"
      />
      {other.step !== undefined && (
        <IconButton label={t("media.sameStep")} onClick={() => change({ step: undefined })}>
          <Link2 aria-hidden />
        </IconButton>
      )}
      <div className="grow" />
      {ways.length > 1 && (
        <div role="radiogroup" aria-label={t("media.how")} className="flex">
          {ways.map((how) => {
            const checked = (open.how ?? "side") === how;
            return (
              <button
                key={how}
                type="button"
                role="radio"
                aria-checked={checked}
                onClick={() => store.setState({ open: { ...open, how } })}
                className={cn(
                  "h-7 border border-line-strong px-2.5 text-small first:rounded-l last:rounded-r not-first:-ml-px",
                  checked ? "bg-accent-soft font-semibold text-ink" : "text-ink-2 hover:bg-sunken",
                )}
              >
                {t(`media.hows.${how}`)}
              </button>
            );
          })}
        </div>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: number;
  options: readonly string[];
  onChange: (place: number) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <span className="flex min-w-0 items-center gap-2 text-small text-ink-2">
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-7 max-w-48 cursor-pointer rounded border border-line-strong bg-panel px-1.5 text-ink"
      >
        {options.map((name, place) => (
          // oxlint-disable-next-line react/no-array-index-key -- names may be alike, places are not
          <option key={place} value={place}>
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}
