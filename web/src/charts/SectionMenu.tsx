import { ArrowDown, ArrowUp, SlidersHorizontal } from "lucide-react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";
import { cn } from "@/lib/classes";

import { neighbour } from "./arrange";
import { useArranged } from "./arranging";
import { LookControls } from "./LookControls";
import { different, entryOf } from "./looks";

export interface SectionMenuProps {
  id: string;
  title: string;
  /** Ids of the sections that change places with each other. */
  movable: readonly string[];
}

/** How a section's charts are drawn other than the page's, and where the section stands. */
export function SectionMenu({ id, title, movable }: SectionMenuProps) {
  const { t } = useTranslation();
  const arranged = useArranged();
  if (arranged === null) return null;
  const { layout, acts, page } = arranged;
  const look = entryOf(layout.sections.settings, id) ?? {};
  const own = Object.keys(look).length > 0;
  const up = neighbour(movable, id, -1);
  const down = neighbour(movable, id, 1);
  const step = (before: string | null | undefined) =>
    before !== undefined && acts.moveSection(movable, id, before);
  return (
    <PopoverRoot>
      <PopoverTrigger
        aria-label={t("layout.section", { name: title })}
        title={t("layout.section", { name: title })}
        className={cn(
          "ml-1 size-6 border-transparent bg-transparent p-0 text-ink-2 group-hover/head:opacity-100 focus-visible:opacity-100 data-[popup-open]:opacity-100 pointer-coarse:opacity-100",
          own ? "text-accent" : "opacity-0",
        )}
      >
        <SlidersHorizontal aria-hidden />
      </PopoverTrigger>
      <PopoverPopup
        label={t("layout.section", { name: title })}
        align="start"
        className="flex max-w-[90vw] flex-col items-start gap-2 p-3 font-normal"
      >
        <LookControls
          settings={{ ...page, ...look }}
          onChange={(part) => acts.lookOfSection(id, title, different({ ...look, ...part }, page))}
        />
        <div className="flex flex-wrap gap-2 pt-1">
          <Button disabled={!own} onClick={() => acts.lookOfSection(id, title, {})}>
            {t("layout.asPage")}
          </Button>
          <Button disabled={up === undefined} onClick={() => step(up)}>
            <ArrowUp aria-hidden />
            {t("layout.up")}
          </Button>
          <Button disabled={down === undefined} onClick={() => step(down)}>
            <ArrowDown aria-hidden />
            {t("layout.down")}
          </Button>
        </div>
      </PopoverPopup>
    </PopoverRoot>
  );
}
