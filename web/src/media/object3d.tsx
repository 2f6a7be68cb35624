/** Clouds of points and scenes, to be turned by pointer and keys. */

import { RotateCcw } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { cn } from "@/lib/classes";
import { formatCount } from "@/lib/format";

import type { Held } from "./bytes";
import { useBytes } from "./bytes";
import { readCloud } from "./cloud";
import { Gate } from "./Gate";
import { sceneOf } from "./gltf";
import { cloudModel, type Model, sceneModel } from "./models";
import { openPort, type Port } from "./port";
import { Notice, Unready } from "./Unready";
import type { ItemViewerProps, MediaKind } from "./viewer";

function Item(props: ItemViewerProps) {
  return <Gate item={props.item}>{() => <Fetched {...props} />}</Gate>;
}

/** The model of an item; it is made anew for another item and let go when nobody looks. */
function useModel({ source, item }: ItemViewerProps): Held<Model> & { notices: Notices } {
  const bytes = useBytes(source, item);
  const [held, setHeld] = useState<Held<Model> & { notices: Notices }>(WAITING);
  const value = bytes.state === "ready" ? bytes.value : null;
  const { format } = item;
  useEffect(() => {
    if (value === null) return undefined;
    let model: Model | null = null;
    let gone = false;
    const make = async () => {
      try {
        const made = await modelOf(value, format);
        if (gone) {
          made.model.dispose();
          return;
        }
        ({ model } = made);
        setHeld({ state: "ready", value: model, notices: made.notices });
      } catch (error) {
        if (!gone) setHeld({ state: "failed", error, retry: null, notices: NONE });
      }
    };
    void make();
    return () => {
      gone = true;
      model?.dispose();
      setHeld(WAITING);
    };
  }, [value, format]);
  return value === null && bytes.state !== "ready" ? { ...bytes, notices: NONE } : held;
}

interface Notices {
  shown: number;
  count: number;
  left: number;
}

const NONE: Notices = { shown: 0, count: 0, left: 0 };
const WAITING: Held<Model> & { notices: Notices } = { state: "loading", notices: NONE };

async function modelOf(
  bytes: ArrayBuffer,
  format: string,
): Promise<{ model: Model; notices: Notices }> {
  if (format !== "pts") return { model: await sceneModel(sceneOf(bytes, format)), notices: NONE };
  const cloud = readCloud(bytes);
  return { model: cloudModel(cloud), notices: cloud };
}

function Fetched(props: ItemViewerProps) {
  const { t, i18n } = useTranslation();
  const held = useModel(props);
  if (held.state !== "ready") return <Unready held={held} />;
  const { shown, count, left } = held.notices;
  const number = (value: number) => formatCount(value, i18n.language);
  const texts = [
    ...(shown < count ? [t("viewer.thinned", { shown: number(shown), count: number(count) })] : []),
    ...(left > 0 ? [t("viewer.boxesLeft", { left: number(left) })] : []),
  ];
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Turned {...props} model={held.value} />
      <Notice texts={texts} />
    </div>
  );
}

function useLabel({ source: { key }, step }: ItemViewerProps, { parts, labels }: Model): string {
  const { t, i18n } = useTranslation();
  return useMemo(() => {
    const number = (value: number) => formatCount(value, i18n.language);
    if (parts.meshes > 0 || parts.points === 0)
      return t("viewer.sceneText", {
        key,
        step,
        meshes: number(parts.meshes),
        triangles: number(parts.triangles),
      });
    const names = labels.slice(0, 10).map(({ text }) => text);
    return t("viewer.cloudText", {
      key,
      step,
      points: number(parts.points),
      boxes: [number(parts.boxes), ...(names.length > 0 ? [`(${names.join(", ")})`] : [])].join(
        " ",
      ),
    });
  }, [t, i18n.language, key, step, parts, labels]);
}

function Turned(props: ItemViewerProps & { model: Model }) {
  const { model, full } = props;
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [port, setPort] = useState<Held<Port> | null>(null);
  const [focused, setFocused] = useState(false);
  useEffect(() => {
    if (!canvas.current) return undefined;
    try {
      const opened = openPort(canvas.current);
      setPort({ state: "ready", value: opened });
      return opened.stop;
    } catch (error) {
      setPort({ state: "failed", error, retry: null });
      return undefined;
    }
  }, []);
  const open = port?.state === "ready" ? port.value : null;
  useEffect(() => open?.show(model), [open, model]);
  useEffect(() => open?.wheel(full || focused), [open, full, focused]);
  const label = useLabel(props, model);
  const help = useId();
  if (port !== null && port.state !== "ready") return <Unready held={port} />;
  return (
    <div className="group relative min-h-0 grow">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a picture that is turned by keys too */}
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        aria-describedby={help}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keys turn it
        tabIndex={0}
        className={cn(
          "absolute inset-0 size-full cursor-grab rounded active:cursor-grabbing",
          "focus-visible:outline-2 focus-visible:outline-accent",
        )}
        style={{ touchAction: full ? "none" : "pan-y" }}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onPointerDown={(event) => event.currentTarget.focus()}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          if (!open?.press(event.key, event.shiftKey)) return;
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
        onClick={() => open?.reset()}
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
