import { Combobox } from "@base-ui/react/combobox";
import { ChevronsUpDown, Search } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";

import { floating } from "@/components/ui/menu";
import { cn } from "@/lib/classes";

export interface Crumb {
  id: string;
  label: string;
  mark?: ReactNode;
  go: () => void;
}

export interface CrumbMenuProps {
  label: string;
  searchLabel: string;
  items: Crumb[];
  current: string;
  onOpenChange: (open: boolean) => void;
  /** How the button looks and what stands on it, where it is not the small one beside a crumb. */
  className?: string;
  children?: ReactNode;
}

/** More than these are found by typing. */
const LIMIT = 100;

/** A small button beside a crumb: opens the neighbours, with a search box. */
export function CrumbMenu(props: CrumbMenuProps) {
  const { label, searchLabel, items, current, onOpenChange, className, children } = props;
  const { t } = useTranslation();
  return (
    <Combobox.Root
      items={items}
      limit={LIMIT}
      value={null}
      itemToStringLabel={(item: Crumb) => item.label}
      isItemEqualToValue={(a: Crumb, b: Crumb) => a.id === b.id}
      onValueChange={(item: Crumb | null) => item?.go()}
      onOpenChange={onOpenChange}
    >
      <Combobox.Trigger
        aria-label={label}
        title={label}
        className={
          className ??
          "grid h-6 w-5 shrink-0 place-items-center rounded text-ink-3 hover:bg-sunken hover:text-ink"
        }
      >
        {children ?? <ChevronsUpDown aria-hidden className="size-3.5" />}
      </Combobox.Trigger>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={6} align="start" className="z-50 outline-none">
          <Combobox.Popup aria-label={label} className={cn(floating, "w-72 max-w-[95vw]")}>
            <div className="flex items-center gap-2 border-b border-line px-2.5">
              <Search aria-hidden className="size-3.5 text-ink-3" />
              <Combobox.Input
                placeholder={searchLabel}
                aria-label={searchLabel}
                className="h-8 w-full bg-transparent outline-none placeholder:text-ink-3"
              />
            </div>
            <Combobox.Empty>
              <div className="px-3 py-3 text-ink-2 empty:hidden">{t("common.noneShort")}</div>
            </Combobox.Empty>
            <Combobox.List className="max-h-80 overflow-auto overscroll-contain p-1 empty:p-0">
              {(item: Crumb) => (
                <Combobox.Item
                  key={item.id}
                  value={item}
                  className={cn(
                    "flex min-h-7 items-center gap-2 rounded px-2 outline-none select-none data-[highlighted]:bg-accent-soft",
                    item.id === current && "font-semibold",
                  )}
                >
                  {item.mark}
                  <span className="truncate">{item.label}</span>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
