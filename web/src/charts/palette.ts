/**
 * What a chart paints with: read from the page's CSS variables, so canvas and page share one theme,
 * and again when the theme changes.
 */

export const HUES = 8;
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** How one line is told from the others: eight hues drawn solid, then the same hues dashed. */
export interface LineStyle {
  hue: number;
  dash: readonly number[];
}

/** The style of the n-th line (n ≥ 0); after 32 they begin anew. */
export function lineStyle(index: number): LineStyle {
  return {
    hue: index % HUES,
    dash: DASHES[Math.floor(index / HUES) % DASHES.length] ?? [],
  };
}

/** A hue (0 to 7) for a run by its id alone, the same on every page and for every person. */
export function hueOfRun(run: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < run.length; i++) hash = Math.imul(hash ^ run.charCodeAt(i), 0x01000193) >>> 0;
  // The low bits of FNV-1a alone are weak for short ids.
  return ((hash ^ (hash >>> 15)) >>> 0) % HUES;
}

export interface Theme {
  runs: readonly string[];
  ink: string;
  faint: string;
  grid: string;
  panel: string;
  bad: string;
  font: string;
}

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string) => style.getPropertyValue(name).trim();
  return {
    runs: Array.from({ length: HUES }, (_, i) => get(`--run-${i + 1}`)),
    ink: get("--ink"),
    faint: get("--ink-3"),
    grid: get("--line"),
    panel: get("--panel"),
    bad: get("--bad"),
    font: get("--font") || "sans-serif",
  };
}

let current: Theme | null = null;
let signature = "";
const listeners = new Set<() => void>();

/** The theme as it is now. */
export function theme(): Theme {
  if (!current) {
    current = readTheme();
    signature = JSON.stringify(current);
  }
  return current;
}

/** Call `listener` whenever the page's colours change; returns how to stop. */
export function onThemeChange(listener: () => void): () => void {
  if (listeners.size === 0) watchTheme();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) unwatch?.();
  };
}

let unwatch: (() => void) | null = null;

function checkTheme(): void {
  const next = readTheme();
  if (JSON.stringify(next) === signature) return;
  current = next;
  signature = JSON.stringify(next);
  for (const listener of listeners) listener();
}

function watchTheme(): void {
  theme();
  checkTheme();
  const observer = new MutationObserver(checkTheme);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme", "class", "style"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", checkTheme);
  unwatch = () => {
    observer.disconnect();
    system.removeEventListener("change", checkTheme);
    unwatch = null;
  };
}

/** `colour` (#rgb, #rrggbb or any CSS colour) at the given opacity. */
export function fade(colour: string, opacity: number): string {
  const percent = Math.round(opacity * 100);
  if (/^#[0-9a-f]{6}$/i.test(colour))
    return (
      colour +
      Math.round(opacity * 255)
        .toString(16)
        .padStart(2, "0")
    );
  return `color-mix(in srgb, ${colour} ${percent}%, transparent)`;
}
