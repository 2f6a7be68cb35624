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
  /** A colour of its own (`#rrggbb`), in place of the hue. */
  color?: string;
}

/** The style of the n-th line (n ≥ 0); after 32 they begin anew. */
export function lineStyle(index: number): LineStyle {
  return {
    hue: index % HUES,
    dash: DASHES[Math.floor(index / HUES) % DASHES.length] ?? [],
  };
}

/** The style of a run: its own colour, else by its number in the project; the same everywhere. */
export function styleOfRun(run: { number: number; color: string | null }): LineStyle {
  const style = lineStyle(Math.max(0, run.number - 1));
  return run.color === null ? style : { ...style, dash: [], color: run.color };
}

/** The colour a line is drawn in; one of its own is brought nearer to the ink where it would drown. */
export function strokeOf({ color, hue }: LineStyle, { runs, ink, panel } = theme()): string {
  return color === undefined ? (runs[hue] ?? ink) : legible(color, ink, panel);
}

/** Least contrast of a line with what is behind it (WCAG 2.2, 1.4.11). */
const CONTRAST = 3;

/** `color` mixed with `ink` until it stands out from `panel`; all as `#rrggbb`. */
export function legible(color: string, ink: string, panel: string): string {
  for (let share = 0; share < 1; share += 0.1) {
    const mixed = mix(color, ink, share);
    if (contrast(mixed, panel) >= CONTRAST) return mixed;
  }
  return ink;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

/** A colour on the way from `color` to `ink`; all as `#rrggbb`. */
export function mix(color: string, ink: string, share: number): string {
  const to = channels(ink);
  const mixed = channels(color).map((one, i) => Math.round(one + ((to[i] ?? one) - one) * share));
  return `#${mixed.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

/** The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance). */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = channels(color).map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
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

/** Builds shorten `#ffffff` to `#fff`; colours are mixed by their six digits. */
export function inFull(color: string): string {
  return /^#[0-9a-f]{3}$/i.test(color) ? color.replaceAll(/[0-9a-f]/gi, "$&$&") : color;
}

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string) => inFull(style.getPropertyValue(name).trim());
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
