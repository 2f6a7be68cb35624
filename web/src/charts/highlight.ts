/**
 * Which run is pointed at, on this page: hovering lifts a run in every chart and list, a click holds
 * it. Kept outside React: every plot would render anew with each move of the mouse.
 */

import { useSyncExternalStore } from "react";

let hovered: string | null = null;
let held: string | null = null;
const listeners = new Set<() => void>();

function change(next: { hovered?: string | null; held?: string | null }): void {
  const before = highlighted();
  const heldBefore = held;
  if (next.hovered !== undefined) hovered = next.hovered;
  if (next.held !== undefined) held = next.held;
  if (highlighted() === before && held === heldBefore) return;
  for (const listener of listeners) listener();
}

/** The run to lift, null: all alike. */
export function highlighted(): string | null {
  return hovered ?? held;
}

/** The pointer is over this run, or over none. */
export function hover(run: string | null): void {
  change({ hovered: run });
}

/** Hold this run, or let go of it when it is held. */
export function toggleHeld(run: string): void {
  change({ held: held === run ? null : run });
}

/** Forget all, when the page is left. */
export function letGo(): void {
  change({ hovered: null, held: null });
}

/** Call `listener` when another run is lifted; returns how to stop. */
export function onHighlight(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether this run is lifted, held, or neither; renders only the rows it changes for. */
export function useHighlight(run: string): "lifted" | "held" | "none" {
  return useSyncExternalStore(onHighlight, () => {
    if (held === run) return "held";
    return hovered === run ? "lifted" : "none";
  });
}
