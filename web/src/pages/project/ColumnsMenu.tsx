import { Columns3, Pin } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";
import { SearchField } from "@/components/ui/search-field";
import { cn } from "@/lib/classes";
import { findNames } from "@/lib/fuzzy";

import { pinToggled } from "./arrange";
import type { Field } from "./fields";
import { useFieldLabel } from "./HeaderRow";
import { type Stat, STATS, summaryOf } from "./stats";
import type { Columns } from "./useColumns";

/** More than these are found by typing. */
const LIMIT = 200;

export interface ColumnsMenuProps {
  fields: readonly Field[];
  columns: Columns;
  onChange: (change: Partial<Columns>) => void;
}

/** Which columns are shown. "All" and "none" act on those that the search leaves. */
export function ColumnsMenu({ fields, columns, onChange }: ColumnsMenuProps) {
  const { t } = useTranslation();
  const label = useFieldLabel();
  const [query, setQuery] = useState("");
  const { hidden, stats } = columns;
  const choices = fields.filter(
    ({ id }) => id !== "name" && id !== "state" && !stats.includes(id) && isOwn(id),
  );
  const search = useMemo(() => findNames(query, choices, label), [query, choices, label]);
  const set = (ids: readonly string[], shown: boolean) => {
    const next = new Set(hidden);
    for (const id of ids) {
      if (shown) next.delete(id);
      else next.add(id);
    }
    onChange({ hidden: next });
  };
  const ids = search.found.map(({ id }) => id);
  const hiddenHere = choices.filter(({ id }) => hidden.has(id)).length;
  return (
    <PopoverRoot onOpenChange={(open) => !open && setQuery("")}>
      <PopoverTrigger>
        <Columns3 aria-hidden />
        <span className="max-sm:sr-only">{t("runs.columns")}</span>
        {hiddenHere > 0 && (
          <span className="text-small text-ink-3">
            {choices.length - hiddenHere}/{choices.length}
          </span>
        )}
      </PopoverTrigger>
      <PopoverPopup label={t("runs.columns")} className="w-96 max-w-[95vw]">
        <div className="p-2 pb-1">
          <SearchField
            value={query}
            onChange={setQuery}
            label={t("runs.searchColumns")}
            invalid={search.invalid}
          />
          <div className="mt-1 flex gap-1">
            <Button look="quiet" onClick={() => set(ids, true)}>
              {t("runs.showAll")}
            </Button>
            <Button look="quiet" onClick={() => set(ids, false)}>
              {t("runs.hideAll")}
            </Button>
          </div>
        </div>
        <div className="max-h-96 overflow-auto overscroll-contain border-t border-line p-1">
          {search.found.slice(0, LIMIT).map((field) => (
            <Choice
              key={field.id}
              field={field}
              label={label(field)}
              columns={columns}
              onShow={(shown) => set([field.id], shown)}
              onChange={onChange}
            />
          ))}
          {search.found.length > LIMIT && (
            <p className="px-2 py-1 text-small text-ink-3">
              {t("common.more", { count: search.found.length - LIMIT })}
            </p>
          )}
          {search.found.length === 0 && (
            <p className="px-2 py-2 text-ink-2">{t("common.none", { query })}</p>
          )}
        </div>
      </PopoverPopup>
    </PopoverRoot>
  );
}

/** Whether the column is one that every table has, not a summary that was added to it. */
function isOwn(id: string): boolean {
  return (summaryOf(id)?.stat ?? "last") === "last";
}

interface ChoiceProps {
  field: Field;
  label: string;
  columns: Columns;
  onShow: (shown: boolean) => void;
  onChange: (change: Partial<Columns>) => void;
}

/** One column: shown or not, pinned or not; for a metric, which summaries stand beside it. */
function Choice({ field, label, columns, onShow, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const { stats } = columns;
  const pinned = columns.pinned.includes(field.id);
  const toggle = (id: string) =>
    onChange({ stats: stats.includes(id) ? stats.filter((one) => one !== id) : [...stats, id] });
  const pin = t(pinned ? "table.unpinOf" : "table.pinOf", { column: label });
  return (
    <div className="flex items-center gap-0.5">
      <div className="min-w-0 grow">
        <Checkbox checked={!columns.hidden.has(field.id)} onChange={onShow}>
          <span className="truncate" title={label}>
            {label}
          </span>
          {field.group === "config" && (
            <span className="ml-auto text-tiny text-ink-3">{t("runs.config")}</span>
          )}
        </Checkbox>
      </div>
      {field.group === "last" &&
        STATS.map((stat) => (
          <StatButton
            key={stat}
            stat={stat}
            label={label}
            on={stats.includes(`${stat}.${label}`)}
            onClick={() => toggle(`${stat}.${label}`)}
          />
        ))}
      <button
        type="button"
        aria-pressed={pinned}
        aria-label={pin}
        title={pin}
        onClick={() => onChange(pinToggled(columns, field.id))}
        className={cn(
          "grid size-6 shrink-0 place-items-center rounded hover:bg-sunken",
          pinned ? "text-accent" : "text-ink-3",
        )}
      >
        <Pin aria-hidden className="size-3.5" />
      </button>
    </div>
  );
}

interface StatButtonProps {
  stat: Stat;
  label: string;
  on: boolean;
  onClick: () => void;
}

function StatButton({ stat, label, on, onClick }: StatButtonProps) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={t("table.addStat", { stat: t(`table.stats.${stat}`), column: label })}
      onClick={onClick}
      className={cn(
        "h-6 shrink-0 rounded px-1 text-tiny hover:bg-sunken",
        on ? "bg-accent-soft font-semibold text-accent" : "text-ink-3",
      )}
    >
      {t(`table.stats.${stat}`)}
    </button>
  );
}
