import { ArrowLeft, ArrowRight, Ellipsis, Eye, EyeOff } from "lucide-react";
import { useTranslation } from "@/i18n";

import { neighbour } from "@/charts/arrange";
import { useArranged } from "@/charts/arranging";
import {
  MenuItem,
  MenuPopup,
  MenuRadioGroup,
  MenuRadioItem,
  MenuRoot,
  MenuSeparator,
  MenuTrigger,
} from "@/components/ui/menu";

import type { MediaPanelProps } from "./MediaPanel";
import { changePanel, useView, useViewStore, type Way, WAYS } from "./view";

export interface PanelMenuProps extends MediaPanelProps {
  way: Way;
  ways: readonly Way[];
}

/** So many items of a step can be chosen by name. */
const MOST_ITEMS = 24;

/** How a panel is shown, and where it stands. */
export function PanelMenu({ spec, section, way, ways }: PanelMenuProps) {
  const { key, most } = spec;
  const { t } = useTranslation();
  const store = useViewStore();
  const arranged = useArranged();
  const item = useView(({ panels }) => panels[key]?.item) ?? 0;
  const hidden = arranged?.layout.hidden.includes(key) ?? false;
  const step = (side: -1 | 1) => {
    const before = section.fixed === undefined ? neighbour(section.shown, key, side) : undefined;
    return before === undefined || arranged === null
      ? null
      : () => arranged.acts.moveChart({ section: section.id, shown: section.shown }, key, before);
  };
  const [left, right] = [step(-1), step(1)];
  return (
    <MenuRoot>
      <MenuTrigger aria-label={t("edit.more")} title={t("edit.more")} className="size-6">
        <Ellipsis aria-hidden />
      </MenuTrigger>
      <MenuPopup>
        <MenuRadioGroup
          value={way}
          onValueChange={(value) =>
            changePanel(store, key, { way: WAYS.find((one) => one === value) })
          }
        >
          {ways.map((one) => (
            <MenuRadioItem key={one} value={one}>
              {t(`media.ways.${one}`)}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        {way === "steps" && most > 1 && (
          <>
            <MenuSeparator />
            <MenuRadioGroup
              value={item}
              onValueChange={(value) =>
                changePanel(store, key, { item: Number(value) || undefined })
              }
            >
              {Array.from({ length: Math.min(most, MOST_ITEMS) }, (_, i) => (
                <MenuRadioItem key={i} value={i}>
                  {t("media.item", { number: i + 1 })}
                </MenuRadioItem>
              ))}
            </MenuRadioGroup>
          </>
        )}
        {arranged && (
          <>
            <MenuSeparator />
            <MenuItem disabled={left === null} onClick={() => left?.()}>
              <ArrowLeft aria-hidden />
              {t("layout.earlier")}
            </MenuItem>
            <MenuItem disabled={right === null} onClick={() => right?.()}>
              <ArrowRight aria-hidden />
              {t("layout.later")}
            </MenuItem>
            <MenuItem onClick={() => arranged.acts.hide(key, key, !hidden)}>
              {hidden ? <Eye aria-hidden /> : <EyeOff aria-hidden />}
              {t(hidden ? "layout.show" : "layout.hide")}
            </MenuItem>
          </>
        )}
      </MenuPopup>
    </MenuRoot>
  );
}
