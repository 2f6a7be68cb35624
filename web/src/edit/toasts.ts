/** What was just done, said for a while with a way back; what was not done, with the reason. */

import { useSyncExternalStore } from "react";

export interface Toast {
  id: number;
  text: string;
  look: "done" | "bad";
  /** Takes back what was done. */
  undo?: () => void;
  /** The way back has closed: by time, by hand, or because the page is being left. */
  closed?: (leaving: boolean) => void;
}

/** How long the way back is open, in milliseconds. */
export const OPEN = 8_000;
const OPEN_BAD = 20_000;
/** More than these at once nobody reads: the oldest closes. */
const MOST = 4;

let toasts: readonly Toast[] = [];
let count = 0;
const timers = new Map<number, ReturnType<typeof setTimeout>>();
const listeners = new Set<() => void>();

function show(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function start(toast: Toast): void {
  clearTimeout(timers.get(toast.id));
  const open = toast.look === "bad" ? OPEN_BAD : OPEN;
  timers.set(
    toast.id,
    setTimeout(() => close(toast.id), open),
  );
}

function drop(id: number): Toast | undefined {
  const toast = toasts.find((one) => one.id === id);
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (toast !== undefined) show(toasts.filter((one) => one !== toast));
  return toast;
}

/** Say it until its time is over; returns by which it can be closed before. */
export function say(toast: Omit<Toast, "id">): number {
  const added = { ...toast, id: (count += 1) };
  show([...toasts, added]);
  start(added);
  const oldest = toasts[0];
  if (toasts.length > MOST && oldest !== undefined) close(oldest.id);
  return added.id;
}

/** End it; what waited for the way back to close goes on. */
export function close(id: number): void {
  drop(id)?.closed?.(false);
}

/** Take back what one toast says, or the last one that can be. Whether there was one. */
export function undo(id?: number): boolean {
  const found = toasts.findLast((one) => (id === undefined ? one.undo : one.id === id));
  if (found?.undo === undefined) return false;
  drop(found.id);
  found.undo();
  return true;
}

/** While somebody reads them, or is on the way to a button, none goes. */
export function hold(): void {
  for (const timer of timers.values()) clearTimeout(timer);
}

export function release(): void {
  for (const toast of toasts) start(toast);
}

function leave(): void {
  const closing = toasts;
  for (const { id } of closing) drop(id);
  for (const toast of closing) toast.closed?.(true);
}

function listen(changed: () => void): () => void {
  if (listeners.size === 0) addEventListener("pagehide", leave);
  listeners.add(changed);
  return () => {
    listeners.delete(changed);
    if (listeners.size === 0) removeEventListener("pagehide", leave);
  };
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(listen, () => toasts);
}
