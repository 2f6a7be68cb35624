/** The cursor of a chart that follows that of another one. */

import type uPlot from "uplot";

/**
 * Move the line of the plot's own cursor to `value` on x, and nothing else of it; null, and a value
 * that is not in sight, hide it. Returns the index of the nearest point, null when hidden.
 */
export function followCursor(plot: uPlot, value: number | null): number | null {
  const line = plot.over.querySelector<HTMLElement>(":scope > .u-cursor-x");
  if (!line) return null;
  const { min, max } = plot.scales["x"] ?? {};
  const seen =
    value !== null &&
    value >= (min ?? Number.POSITIVE_INFINITY) &&
    value <= (max ?? Number.NEGATIVE_INFINITY);
  line.classList.toggle("u-off", !seen);
  if (!seen) return null;
  const left = plot.valToPos(value, "x");
  line.style.transform = `translate(${Math.round(left)}px, 0px)`;
  return plot.posToIdx(left);
}
