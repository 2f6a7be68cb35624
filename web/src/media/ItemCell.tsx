import { Maximize2 } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "@/i18n";

import type { MediaItem } from "@/api/messages";
import { IconButton } from "@/components/ui/icon-button";

import { ItemView } from "./ItemView";
import { useViewStore } from "./view";
import type { MediaSource } from "./viewer";

export interface ItemCellProps {
  source: MediaSource;
  kind: string;
  step: number;
  place: number;
  item: MediaItem;
  /** The step stands below it: it is not the one of the panel. */
  dated?: boolean;
}

/** An item in a panel with its caption, and the way to see it large. */
export const ItemCell = memo(function ItemCell(props: ItemCellProps) {
  const { source, kind, step, place, item, dated = false } = props;
  const { t } = useTranslation();
  const store = useViewStore();
  const { key, run, rank } = source;
  const open = () => store.setState({ open: { key, run, rank, item: place } });
  const name = item.caption ?? t("media.itemOf", { name: key, number: place + 1 });
  // A picture is opened by a click anywhere; what is used where it stands has a button for it.
  const flat = kind === "image";
  return (
    <figure className="group/item flex h-full min-h-0 min-w-0 flex-col">
      <div className="relative min-h-0 grow">
        <ItemView kind={kind} source={source} step={step} item={item} full={false} />
        {flat ? (
          <button
            type="button"
            aria-label={t("media.open", { name })}
            onClick={open}
            className="absolute inset-0 cursor-zoom-in rounded focus-visible:-outline-offset-2"
          />
        ) : (
          <IconButton
            label={t("media.open", { name })}
            onClick={open}
            className="absolute top-1 right-1 border-line bg-panel opacity-0 group-hover/item:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
          >
            <Maximize2 aria-hidden />
          </IconButton>
        )}
      </div>
      {(item.caption !== null || dated) && (
        <figcaption
          title={item.caption ?? undefined}
          className="flex h-[18px] shrink-0 items-center gap-1.5 px-0.5 text-tiny text-ink-2"
        >
          <span className="min-w-0 truncate">{item.caption}</span>
          {dated && (
            <span className="ml-auto shrink-0 text-ink-3">{t("media.step", { step })}</span>
          )}
        </figcaption>
      )}
    </figure>
  );
});
