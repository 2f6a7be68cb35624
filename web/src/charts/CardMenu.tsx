import { useRouter, useSearch } from "@tanstack/react-router";
import {
  ArrowLeft,
  ArrowRight,
  Code,
  Ellipsis,
  Eye,
  EyeOff,
  Pencil,
  Settings2,
  Trash2,
} from "lucide-react";
import { useTranslation } from "@/i18n";

import { MenuItem, MenuPopup, MenuRoot, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { say } from "@/edit/toasts";
import { copyText } from "@/lib/copy";

import { neighbour } from "./arrange";
import type { Arranging } from "./arranging";
import { embedAddress, runsOf } from "./embed";
import { useShownRuns } from "./panels/runs";
import { type ChartSpec, idOf } from "./spec";

/** The section a chart stands in, and who stands beside it. */
export interface SectionPlace {
  section: string;
  /** Ids of the section's charts in their order. */
  shown: readonly string[];
  /** A section of ours, in which nothing is moved. */
  fixed?: "pinned" | "hidden" | undefined;
}

export interface CardMenuProps {
  arranged: Arranging;
  spec: ChartSpec;
  section: SectionPlace;
  place: { workspace: string; project: string };
  onOpen: (spec: ChartSpec) => void;
}

/** What else can be done with a chart. */
export function CardMenu({ arranged, spec, section, place, onOpen }: CardMenuProps) {
  const { t } = useTranslation();
  const { acts, layout } = arranged;
  const id = idOf(spec);
  const made = layout.charts.find((one) => one.id === id);
  const hidden = layout.hidden.includes(id);
  const copyEmbed = useCopyEmbed(spec, arranged, place);
  const step = (way: -1 | 1) => {
    const before = section.fixed === undefined ? neighbour(section.shown, id, way) : undefined;
    return before === undefined ? null : () => acts.moveChart(section, id, before);
  };
  const [left, right] = [step(-1), step(1)];
  return (
    <MenuRoot>
      <MenuTrigger aria-label={t("edit.more")} title={t("edit.more")} className="size-6">
        <Ellipsis aria-hidden />
      </MenuTrigger>
      <MenuPopup>
        {made ? (
          <MenuItem onClick={() => acts.edit(made)}>
            <Pencil aria-hidden />
            {t("layout.edit")}
          </MenuItem>
        ) : null}
        {spec.panel === undefined && (
          <MenuItem onClick={() => onOpen(spec)}>
            <Settings2 aria-hidden />
            {t("layout.settings")}
          </MenuItem>
        )}
        <MenuItem disabled={left === null} onClick={() => left?.()}>
          <ArrowLeft aria-hidden />
          {t("layout.earlier")}
        </MenuItem>
        <MenuItem disabled={right === null} onClick={() => right?.()}>
          <ArrowRight aria-hidden />
          {t("layout.later")}
        </MenuItem>
        {(hidden || section.fixed !== "hidden") && (
          <MenuItem onClick={() => acts.hide(id, spec.title, !hidden)}>
            {hidden ? <Eye aria-hidden /> : <EyeOff aria-hidden />}
            {t(hidden ? "layout.show" : "layout.hide")}
          </MenuItem>
        )}
        <MenuItem onClick={copyEmbed}>
          <Code aria-hidden />
          {t("embed.copy")}
        </MenuItem>
        {made && (
          <>
            <MenuSeparator />
            <MenuItem onClick={() => acts.remove(made)}>
              <Trash2 aria-hidden />
              {t("layout.remove")}
            </MenuItem>
          </>
        )}
      </MenuPopup>
    </MenuRoot>
  );
}

/** Puts a link to this chart alone on the clipboard, with the runs that it draws now. */
function useCopyEmbed(
  spec: ChartSpec,
  { layout }: Arranging,
  place: { workspace: string; project: string },
): () => void {
  const { t } = useTranslation();
  const router = useRouter();
  const shown = useShownRuns();
  const { group }: { group?: string | readonly string[] } = useSearch({ strict: false });
  return () => {
    const id = idOf(spec);
    const link = embedAddress(router, place, {
      chart: layout.charts.find((one) => one.id === id) ?? { key: id },
      runs: runsOf(spec, shown),
      group: [group ?? []].flat(),
      spec,
    });
    void copyText(link).then((copied) =>
      say(
        copied
          ? { look: "done", text: t("embed.copied") }
          : { look: "bad", text: t("error.clipboard") },
      ),
    );
  };
}
