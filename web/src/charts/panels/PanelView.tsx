import { type RefObject, useCallback, useEffect, useRef } from "react";
import i18next from "i18next";

import { download, toCsv } from "@/lib/csv";

import { fileName } from "../format";
import { highlighted, hover, onHighlight } from "../highlight";
import { onThemeChange, theme } from "../palette";
import { canvasPen } from "../pen";
import type { Picture } from "../picture";
import type { Reading } from "../reading";
import { hideTip, showTip, togglePin } from "../tooltip";
import type { Found, Scene, Size } from "./scene";
import { quantityText } from "./scene";

export interface PanelViewProps {
  title: string;
  scene: Scene;
  plotRef?: RefObject<Picture | null> | undefined;
  /** Takes presses before the view does; true: it was meant for it. */
  onPress?: (x: number, y: number, size: Size, event: React.PointerEvent) => boolean;
}

interface Drawn {
  scene: Scene;
  size: Size;
}

function redraw(canvas: HTMLCanvasElement, { scene, size }: Drawn): void {
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const ctx = canvas.getContext("2d");
  if (!ctx) return;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, size.width, size.height);
  scene.paint(canvasPen(ctx, theme().font), size, highlighted());
}

function readingOf({ head, rows }: Found): Reading {
  return {
    head,
    time: "",
    more: 0,
    nearest: null,
    rows: rows.map(({ label, style, value, delta }) => ({
      label,
      style,
      value: typeof value === "number" ? value : Number.NaN,
      text: quantityText(label, value, i18next.language),
      exact:
        label === "created" || label === "duration"
          ? quantityText(label, value, i18next.language)
          : String(value ?? "–"),
      extra: "",
      nearest: false,
      ...(delta !== undefined && { delta }),
    })),
  };
}

/** A scene on a canvas that fills its container, with its tooltip, which a click pins. */
export function PanelView({ title, scene, plotRef, onPress }: PanelViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<Drawn>({ scene, size: { width: 0, height: 0 } });
  const owner = useRef({});
  const draw = useCallback(() => {
    if (canvas.current && drawn.current.size.width > 0) redraw(canvas.current, drawn.current);
  }, []);
  useEffect(() => {
    drawn.current = { ...drawn.current, scene };
    draw();
  }, [scene, draw]);
  useEffect(() => {
    const host = canvas.current?.parentElement;
    if (!host) return undefined;
    const observer = new ResizeObserver(() => {
      const size = { width: host.clientWidth, height: host.clientHeight };
      drawn.current = { ...drawn.current, size };
      draw();
    });
    observer.observe(host);
    const forget = [onThemeChange(draw), onHighlight(draw)];
    const tip = owner.current;
    return () => {
      observer.disconnect();
      for (const one of forget) one();
      hideTip(tip, true);
    };
  }, [draw]);
  useEffect(() => {
    if (!plotRef) return undefined;
    plotRef.current = {
      canvas: () => (drawn.current.size.width > 0 ? canvas.current : null),
      drawWith: (pen) => drawn.current.scene.paint(pen, drawn.current.size, null),
      legend: () => drawn.current.scene.legend,
      saveValues() {
        const { header, rows } = drawn.current.scene;
        const cells = rows.map((row) => row.slice());
        download(fileName(title, "csv"), toCsv([...header], cells), "text/csv;charset=utf-8");
      },
    };
    return () => {
      plotRef.current = null;
    };
  }, [plotRef, title]);

  const found = (event: React.MouseEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return scene.at(event.clientX - box.left, event.clientY - box.top, drawn.current.size);
  };
  const move = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const at = event.buttons === 0 ? found(event) : null;
    const host = canvas.current?.parentElement;
    hover(at?.runs.length === 1 ? (at.runs[0] ?? null) : null);
    if (at === null || !host) hideTip(owner.current);
    else
      showTip(owner.current, host, readingOf(at), { x: event.clientX, y: event.clientY }, String);
  };
  const leave = () => {
    hover(null);
    hideTip(owner.current);
  };
  const press = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    if (onPress?.(x, y, drawn.current.size, event)) event.preventDefault();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- the table beside it is for the keyboard
    <canvas
      ref={canvas}
      role="img"
      aria-label={title}
      className="absolute inset-0 size-full touch-pan-y"
      onPointerMove={move}
      onPointerLeave={leave}
      onPointerDown={press}
      onClick={() => togglePin(owner.current)}
    />
  );
}
