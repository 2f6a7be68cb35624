/** Molecules, to be turned by pointer and keys. */

import { RotateCcw } from "lucide-react";
import { useCallback, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { cn } from "@/lib/classes";
import { formatCount } from "@/lib/format";

import { useText } from "./bytes";
import { Gate } from "./Gate";
import { type Atoms, formulaOf } from "./atoms";
import { lookAt, type Shown } from "./molecules";
import { Standing } from "./Standing";
import { Unready } from "./Unready";
import { useSeat } from "./useSeat";
import type { ItemViewerProps, MediaKind } from "./viewer";

function Item(props: ItemViewerProps) {
  return <Gate item={props.item}>{() => <Fetched {...props} />}</Gate>;
}

function Fetched(props: ItemViewerProps) {
  const held = useText(props.source, props.item);
  if (held.state !== "ready") return <Unready held={held} />;
  return <Turned {...props} text={held.value} />;
}

function useLabel({ source: { key }, step }: ItemViewerProps, atoms: Atoms | null): string {
  const { t, i18n } = useTranslation();
  if (atoms === null) return t("viewer.moleculeName", { key, step });
  return t("viewer.moleculeText", {
    key,
    step,
    formula: formulaOf(atoms.elements),
    atoms: formatCount(atoms.elements.length, i18n.language),
    bonds: formatCount(atoms.bonds, i18n.language),
  });
}

function Turned(props: ItemViewerProps & { text: string }) {
  const { text, full, item } = props;
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<number[] | null>(null);
  const shown = useRef<Shown | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [atoms, setAtoms] = useState<Atoms | null>(null);
  const [focused, setFocused] = useState(false);
  const picture = useCallback(() => Promise.resolve(shown.current?.picture() ?? null), []);
  const seat = useSeat(true, picture);
  const { live, settled, wake } = seat;
  useEffect(() => {
    if (!host.current || !live) return undefined;
    try {
      const opened = lookAt(host.current, { text, format: item.format, view: view.current });
      shown.current = opened;
      setAtoms(opened.atoms);
      settled();
      return () => {
        view.current = opened.view();
        shown.current = null;
        opened.stop();
      };
    } catch (error) {
      setFailed(error);
      return undefined;
    }
  }, [text, item.format, live, settled]);
  useEffect(() => {
    if (full) wake();
  }, [full, wake]);
  const label = useLabel(props, atoms);
  const help = useId();
  if (failed !== null) return <Unready held={{ state: "failed", error: failed, retry: null }} />;
  if (!live) return <Standing seat={seat} label={label} />;
  return (
    <div className="group absolute inset-0">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a picture that is turned by keys too */}
      <div
        ref={host}
        role="img"
        aria-label={label}
        aria-describedby={help}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keys turn it
        tabIndex={0}
        className={cn(
          "absolute inset-0 cursor-grab overflow-hidden rounded active:cursor-grabbing",
          "focus-visible:outline-2 focus-visible:outline-accent",
        )}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onPointerDown={(event) => {
          event.currentTarget.focus();
          wake();
        }}
        onWheelCapture={(event) => {
          if (!full && !focused) event.stopPropagation();
        }}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          if (!shown.current?.press(event.key, event.shiftKey)) return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <Button
        look="quiet"
        size="icon"
        aria-label={t("viewer.reset")}
        title={t("viewer.reset")}
        className="absolute right-1 bottom-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 focus-visible:opacity-100"
        onClick={() => shown.current?.press("0", false)}
      >
        <RotateCcw aria-hidden />
      </Button>
      <p id={help} className={full ? "absolute bottom-1 left-2 text-tiny text-ink-2" : "sr-only"}>
        {t("viewer.turnHelp")}
      </p>
    </div>
  );
}

export const viewer: MediaKind = { Item, ratio: () => 1.25 };
