/** The stretches of x that charts of a page show: kept in the address, so that a link shows the same. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { rangeOf } from "./columns";
import type { XAxis, Zoom } from "./spec";

export interface Zooms {
  get(x: XAxis, title: string): Zoom | null;
  /** Null: all of x again. */
  set(x: XAxis, title: string, zoom: Zoom | null): void;
}

/** So many zooms stand in an address, the last ones. */
const MOST = 20;

type Entry = [title: string, x: XAxis, min: number, max: number];

/** Zooms out of an address; what makes no sense there is left out. */
export function parseZooms(value: unknown): Entry[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown): Entry[] => {
    if (!Array.isArray(one)) return [];
    const [title, x, min, max] = one as unknown[];
    const axis = axisOf(x);
    if (typeof title !== "string" || axis === null) return [];
    if (typeof min !== "number" || typeof max !== "number") return [];
    return Number.isFinite(min) && Number.isFinite(max) && min < max
      ? [[title, axis, min, max]]
      : [];
  });
}

function axisOf(name: unknown): XAxis | null {
  if (typeof name !== "string") return null;
  if (name.startsWith("metric:")) return name as XAxis;
  const axes = ["step", "relative", "wall", "elapsed"] as const;
  return axes.find((axis) => axis === name) ?? null;
}

/** `entries` with the zoom of one chart changed. */
export function withZoom(
  entries: readonly Entry[],
  x: XAxis,
  title: string,
  zoom: Zoom | null,
): Entry[] {
  const others = entries.filter((one) => one[0] !== title || one[1] !== x);
  return zoom ? [...others, [title, x, zoom.min, zoom.max] as Entry].slice(-MOST) : others;
}

/** The zooms of this page's charts, which outlive a card's leaving and coming back into sight. */
export function useZooms(): Zooms {
  const { zoom }: { zoom?: unknown } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [zooms] = useState((): Zooms => {
    let entries = parseZooms(zoom);
    return {
      get(x, title) {
        const found = entries.find((one) => one[0] === title && one[1] === x);
        if (!found) return null;
        const [, , min, max] = found;
        return { min, max, ...rangeOf(min, max, x) };
      },
      set(x, title, next) {
        entries = withZoom(entries, x, title, next);
        const shown = entries.length === 0 ? undefined : entries;
        void navigate({ to: ".", search: (old) => ({ ...old, zoom: shown }), replace: true });
      },
    };
  });
  return zooms;
}
