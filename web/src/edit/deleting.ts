/** Runs that were deleted a moment ago and can still come back: shown nowhere, not yet gone. */

import { useSyncExternalStore } from "react";

import type { Place } from "./patches";

let hidden: ReadonlyMap<string, ReadonlySet<string>> = new Map();
const NONE: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function nameOf({ workspace, project }: Place): string {
  return `${workspace}/${project}`;
}

function change(place: Place, ids: ReadonlySet<string>): void {
  hidden = new Map(hidden).set(nameOf(place), ids);
  for (const listener of listeners) listener();
}

export function hide(place: Place, ids: Iterable<string>): void {
  change(place, new Set([...(hidden.get(nameOf(place)) ?? NONE), ...ids]));
}

export function unhide(place: Place, ids: Iterable<string>): void {
  const away = new Set(ids);
  change(place, new Set([...(hidden.get(nameOf(place)) ?? NONE)].filter((id) => !away.has(id))));
}

function listen(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

/** Ids of the project's runs that are not to be shown. */
export function useHiddenRuns(workspace: string, project: string): ReadonlySet<string> {
  return useSyncExternalStore(listen, () => hidden.get(nameOf({ workspace, project })) ?? NONE);
}
