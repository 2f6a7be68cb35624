/** What people do to the arrangement of a page's charts: every act said, and taken back on request. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { createContext, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { isWriting } from "@/lib/writing";

import { moved } from "./arrange";
import { type CustomChart, titleOf } from "./custom";
import { changeLayout, type Layout, type Said, undoLayout, useLayout } from "./layout";
import { type ChartLook, entryOf, type Look, withEntry } from "./looks";
import { parseNames } from "./names";
import type { ChartSettings } from "./settings";

export interface Acts {
  /** Turn a section over: fold or open it. */
  fold(section: string): void;
  moveSection(shown: readonly string[], id: string, before: string | null): void;
  moveChart(place: Place, id: string, before: string | null): void;
  /** What a section has different from the page; nothing: as the page. */
  lookOfSection(section: string, title: string, look: Look): void;
  lookOfChart(id: string, title: string, look: ChartLook): void;
  hide(id: string, title: string, hidden: boolean): void;
  pin(id: string): void;
  /** Keep a chart that was made or changed. */
  keep(chart: CustomChart): void;
  remove(chart: CustomChart): void;
  /** Open the editor on a chart, or on a new one. */
  edit(chart: CustomChart | "new"): void;
}

/** A section and the ids of the charts in it, in their order. */
export interface Place {
  section: string;
  shown: readonly string[];
}

export interface Arranging {
  layout: Layout;
  pins: readonly string[];
  /** The page's settings, from which sections and charts may differ. */
  page: ChartSettings;
  acts: Acts;
  /** The chart in the editor; null: the editor is closed. */
  editing: CustomChart | "new" | null;
  closeEditor: () => void;
}

/** Missing where charts stand as they are: of the system, and alone in another page. */
export const ArrangingContext = createContext<Arranging | null>(null);

export function useArranged(): Arranging | null {
  return useContext(ArrangingContext);
}

function toggled(names: readonly string[], name: string): string[] {
  return names.includes(name) ? names.filter((one) => one !== name) : [...names, name];
}

type T = ReturnType<typeof useTranslation>["t"];
type Change = (next: (now: Layout) => Layout, said?: Said) => void;

/** The arrangement of a project's charts, and everything that can be done to it. */
export function useArranging(workspace: string, project: string, page: ChartSettings): Arranging {
  const { t } = useTranslation();
  const [layout] = useLayout(workspace, project);
  const [pins, showPins] = useLinkedPins(layout.pins);
  const [editing, setEditing] = useState<Arranging["editing"]>(null);
  useUndoKey(workspace, project);
  const latest = useRef(pins);
  useEffect(() => {
    latest.current = pins;
  });
  const acts = useMemo((): Acts => {
    const change: Change = (next, said) => changeLayout(workspace, project, next, said);
    return {
      ...actsOf(change, t),
      pin(id) {
        const next = toggled(latest.current, id);
        change((now) => ({ ...now, pins: next }));
        showPins(next);
      },
      edit: setEditing,
    };
  }, [workspace, project, showPins, t]);
  return useMemo(
    () => ({ layout, pins, page, acts, editing, closeEditor: () => setEditing(null) }),
    [layout, pins, page, acts, editing],
  );
}

function actsOf(change: Change, t: T): Omit<Acts, "pin" | "edit"> {
  const inSections =
    (part: (now: Layout["sections"]) => Partial<Layout["sections"]>) =>
    (now: Layout): Layout => ({ ...now, sections: { ...now.sections, ...part(now.sections) } });
  return {
    fold: (id) => change(inSections(({ folded }) => ({ folded: toggled(folded, id) }))),
    moveSection: (shown, id, before) =>
      change(
        inSections(({ order }) => ({ order: moved(order, shown, id, before) })),
        { text: t("layout.movedSection") },
      ),
    moveChart: ({ section, shown }, id, before) =>
      change(
        inSections(({ charts }) => ({
          charts: withList(
            charts,
            section,
            moved(entryOf(charts, section) ?? [], shown, id, before),
          ),
        })),
        { text: t("layout.movedChart") },
      ),
    lookOfSection: (id, title, look) =>
      change(
        inSections(({ settings }) => ({ settings: withEntry(settings, id, look) })),
        { text: t("layout.setSection", { name: title }), tag: `section ${id}` },
      ),
    lookOfChart: (id, title, look) =>
      change((now) => ({ ...now, settings: withEntry(now.settings, id, look) }), {
        text: t("layout.setChart", { name: title }),
        tag: `chart ${id}`,
      }),
    hide: (id, title, hidden) =>
      change(
        (now) => ({
          ...now,
          hidden: now.hidden.filter((one) => one !== id).concat(hidden ? id : []),
        }),
        { text: t(hidden ? "layout.hid" : "layout.showed", { name: title }) },
      ),
    keep: (chart) =>
      change(
        (now) => {
          const known = now.charts.some(({ id }) => id === chart.id);
          const charts = known
            ? now.charts.map((one) => (one.id === chart.id ? chart : one))
            : [...now.charts, chart];
          return { ...now, charts };
        },
        { text: t("layout.kept", { name: titleOf(chart) }) },
      ),
    remove: (chart) =>
      change((now) => ({ ...now, charts: now.charts.filter(({ id }) => id !== chart.id) }), {
        text: t("layout.removed", { name: titleOf(chart) }),
      }),
  };
}

function withList(
  all: Layout["sections"]["charts"],
  name: string,
  list: readonly string[],
): Layout["sections"]["charts"] {
  return { ...all, [name]: list };
}

/**
 * Pinned charts as the address says, else as the layout does. A change goes to both, so that a link
 * shows the same.
 */
function useLinkedPins(
  kept: readonly string[],
): [readonly string[], (pins: readonly string[]) => void] {
  const { pin }: { pin?: unknown } = useSearch({ strict: false });
  const navigate = useNavigate();
  const linked = useMemo(() => (pin === undefined ? null : parseNames(pin)), [pin]);
  const show = useMemo(
    () => (pins: readonly string[]) =>
      void navigate({
        to: ".",
        search: (old) => ({ ...old, pin: pins.length === 0 ? undefined : [...pins] }),
        replace: true,
      }),
    [navigate],
  );
  const before = useRef(kept);
  useEffect(() => {
    const text = JSON.stringify(kept);
    const changed = JSON.stringify(before.current) !== text;
    before.current = kept;
    // What is remembered stands in the address too; what was taken back, goes back there.
    if (changed || (linked === null && kept.length > 0)) show(kept);
  }, [linked, kept, show]);
  return [linked ?? kept, show];
}

/** `Ctrl-Z` takes back the last change also when its toast has gone. */
function useUndoKey(workspace: string, project: string): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const meant = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
      if (!meant || event.key.toLowerCase() !== "z") return;
      // A toast that can be taken back goes first, and says so by stopping the event.
      if (event.defaultPrevented || isWriting(event.target)) return;
      if (undoLayout(workspace, project)) event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [workspace, project]);
}
