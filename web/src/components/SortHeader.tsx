import { ArrowDown, ArrowUp } from "lucide-react";
import { useTranslation } from "@/i18n";

import { cn } from "@/lib/classes";
import type { Sorting } from "@/lib/sort";

export interface SortHeaderProps {
  id: string;
  label: string;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  /** Numbers and times: largest first on the first click, and to the right. */
  numeric?: boolean;
}

/** What `aria-sort` of a column's header says. */
export function ariaSort(id: string, sorting: Sorting): "ascending" | "descending" | "none" {
  if (sorting.id !== id) return "none";
  return sorting.desc ? "descending" : "ascending";
}

/** The button in a column's header. */
export function SortHeader({ id, label, sorting, onSort, numeric = false }: SortHeaderProps) {
  const { t } = useTranslation();
  const active = sorting.id === id;
  const Icon = active && sorting.desc ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      title={`${label}\n${t("runs.sortBy", { column: label })}`}
      onClick={() => onSort({ id, desc: active ? !sorting.desc : numeric })}
      className={cn(
        "group flex h-full w-full min-w-0 items-center gap-1 text-small hover:text-ink",
        active ? "font-semibold text-ink" : "text-ink-2",
        numeric && "flex-row-reverse",
      )}
    >
      <span className="truncate">{label}</span>
      <Icon
        aria-hidden
        className={cn("size-3 shrink-0", !active && "opacity-0 group-hover:opacity-50")}
      />
    </button>
  );
}
