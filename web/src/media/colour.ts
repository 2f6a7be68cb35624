import { strokeOf, styleOfRun } from "@/charts/palette";

/** The colour of a run as CSS takes it: it follows the theme. */
export function colourOfRun(run: { number: number; color: string | null }): string {
  const style = styleOfRun(run);
  return style.color === undefined ? `var(--run-${style.hue + 1})` : strokeOf(style);
}
