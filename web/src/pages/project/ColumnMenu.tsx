import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, EyeOff, Pin, PinOff } from "lucide-react";
import { useTranslation } from "@/i18n";

import { MenuItem, MenuPopup, MenuRoot, MenuSeparator } from "@/components/ui/menu";
import type { Sorting } from "@/lib/sort";

import { type Arranged, moved, pinToggled } from "./arrange";
import type { Columns } from "./useColumns";

/** Whose menu is open, and where. */
export interface Opened {
  id: string;
  anchor: HTMLElement;
}

export interface ColumnMenuProps {
  opened: Opened | null;
  onClose: () => void;
  arranged: Arranged;
  columns: Columns;
  onColumns: (change: Partial<Columns>) => void;
  onSort: (sorting: Sorting) => void;
}

/** One menu for all headers, of which there are many while one scrolls. */
export function ColumnMenu(props: ColumnMenuProps) {
  const { opened, onClose, arranged, columns, onColumns, onSort } = props;
  const { t } = useTranslation();
  if (opened === null) return null;
  const { id } = opened;
  const pinned = arranged.pinned.some((field) => field.id === id);
  const list = pinned ? arranged.pinned : arranged.rest;
  const at = list.findIndex((field) => field.id === id);
  const step = (by: number) => {
    const target = list[at + by];
    if (target !== undefined) onColumns(moved(arranged, id, target.id));
  };
  const hide = () => {
    const added = columns.stats.includes(id);
    onColumns(
      added
        ? { stats: columns.stats.filter((one) => one !== id) }
        : { hidden: new Set([...columns.hidden, id]) },
    );
  };
  return (
    <MenuRoot open onOpenChange={(open) => !open && onClose()}>
      <MenuPopup anchor={opened.anchor}>
        <MenuItem onClick={() => onSort({ id, desc: false })}>
          <ArrowUp aria-hidden />
          {t("table.ascending")}
        </MenuItem>
        <MenuItem onClick={() => onSort({ id, desc: true })}>
          <ArrowDown aria-hidden />
          {t("table.descending")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem onClick={() => onColumns(pinToggled(columns, id))}>
          {pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
          {pinned ? t("table.unpin") : t("table.pin")}
        </MenuItem>
        <MenuItem disabled={at <= 0} onClick={() => step(-1)}>
          <ArrowLeft aria-hidden />
          {t("table.moveLeft")}
        </MenuItem>
        <MenuItem disabled={at >= list.length - 1} onClick={() => step(1)}>
          <ArrowRight aria-hidden />
          {t("table.moveRight")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem onClick={hide}>
          <EyeOff aria-hidden />
          {t("table.hide")}
        </MenuItem>
      </MenuPopup>
    </MenuRoot>
  );
}
