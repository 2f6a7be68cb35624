import { useCallback, useSyncExternalStore } from "react";

/** What belongs to the person, kept in this browser: theme, language, hidden columns. */
const PREFIX = "swanlab.";
const EVENT = "swanlab-stored";

/** The text kept under `name`, or null. A browser that forbids storage keeps nothing. */
export function readStored(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Keep `text` under `name` (null forgets it) and tell everything on this page that shows it. */
export function writeStored(name: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, text);
  } catch {
    return; // Forbidden or full: the choice lasts as long as the page.
  }
  window.dispatchEvent(new Event(EVENT));
}

function listen(changed: () => void): () => void {
  window.addEventListener(EVENT, changed);
  window.addEventListener("storage", changed);
  return () => {
    window.removeEventListener(EVENT, changed);
    window.removeEventListener("storage", changed);
  };
}

/** A stored text as React state, the same in every tab. */
export function useStored(name: string): [string | null, (text: string | null) => void] {
  const value = useSyncExternalStore(listen, () => readStored(name));
  const set = useCallback((text: string | null) => writeStored(name, text), [name]);
  return [value, set];
}
