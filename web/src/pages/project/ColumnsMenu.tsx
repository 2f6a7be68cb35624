import { Columns3 } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";
import { SearchField } from "@/components/ui/search-field";
import { parseSearch } from "@/lib/search";

import type { Field } from "./fields";
import { useFieldLabel } from "./HeaderRow";

/** More than these are found by typing. */
const LIMIT = 200;

export interface ColumnsMenuProps {
  fields: Field[];
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}

/** Which columns are shown. "All" and "none" act on those that the search leaves. */
export function ColumnsMenu({ fields, hidden, onChange }: ColumnsMenuProps) {
  const { t } = useTranslation();
  const label = useFieldLabel();
  const [query, setQuery] = useState("");
  const search = useMemo(() => parseSearch(query), [query]);
  const columns = fields.filter(({ id }) => id !== "name" && id !== "state");
  const choices = columns.filter((field) => search.matches(label(field)));
  const set = (ids: string[], shown: boolean) => {
    const next = new Set(hidden);
    for (const id of ids) {
      if (shown) next.delete(id);
      else next.add(id);
    }
    onChange(next);
  };
  const ids = choices.map(({ id }) => id);
  const hiddenHere = columns.filter(({ id }) => hidden.has(id)).length;
  return (
    <PopoverRoot onOpenChange={(open) => !open && setQuery("")}>
      <PopoverTrigger>
        <Columns3 aria-hidden />
        <span className="max-sm:sr-only">{t("runs.columns")}</span>
        {hiddenHere > 0 && (
          <span className="text-small text-ink-3">
            {columns.length - hiddenHere}/{columns.length}
          </span>
        )}
      </PopoverTrigger>
      <PopoverPopup label={t("runs.columns")} className="w-72 max-w-[95vw]">
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
          {choices.slice(0, LIMIT).map((field) => (
            <Checkbox
              key={field.id}
              checked={!hidden.has(field.id)}
              onChange={(shown) => set([field.id], shown)}
            >
              <span className="truncate" title={label(field)}>
                {label(field)}
              </span>
              {field.group === "config" && (
                <span className="ml-auto text-tiny text-ink-3">{t("runs.config")}</span>
              )}
            </Checkbox>
          ))}
          {choices.length > LIMIT && (
            <p className="px-2 py-1 text-small text-ink-3">
              {t("common.more", { count: choices.length - LIMIT })}
            </p>
          )}
          {choices.length === 0 && (
            <p className="px-2 py-2 text-ink-2">{t("common.none", { query })}</p>
          )}
        </div>
      </PopoverPopup>
    </PopoverRoot>
  );
}
