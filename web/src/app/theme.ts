import { useEffect, useSyncExternalStore } from "react";

import { useStored } from "@/lib/stored";

export const THEMES = ["light", "dark", "system"] as const;
export type Theme = (typeof THEMES)[number];

const media = window.matchMedia("(prefers-color-scheme: dark)");

function watchSystem(changed: () => void): () => void {
  media.addEventListener("change", changed);
  return () => media.removeEventListener("change", changed);
}

function isTheme(text: string | null): text is Theme {
  return THEMES.some((theme) => theme === text);
}

/**
 * The theme chosen, and a setter. The page's `data-theme` follows; charts hear of it by the window
 * event `swanlab-theme`.
 */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [stored, store] = useStored("theme");
  const theme = isTheme(stored) ? stored : "system";
  const systemDark = useSyncExternalStore(watchSystem, () => media.matches);
  const dark = theme === "dark" || (theme === "system" && systemDark);
  useEffect(() => {
    const name = dark ? "dark" : "light";
    if (document.documentElement.dataset.theme === name) return;
    document.documentElement.dataset.theme = name;
    window.dispatchEvent(new Event("swanlab-theme"));
  }, [dark]);
  return [theme, store];
}
