/** What colours points and lines of runs: the runs' own colours, words, or a number from low to high. */

import type { Axis } from "./axis";
import { lineStyle, type LineStyle, mix, theme } from "../palette";
import type { Value } from "./runs";

/**
 * A colour between the palette's blue and its orange, which people tell apart whatever colours they
 * see; both, and what lies between, stand out from the panel of either theme.
 * @param share 0: low, 1: high
 */
export function rampStyle(share: number): LineStyle {
  const { runs } = theme();
  const color = mix(runs[0] ?? "#0072b2", runs[1] ?? "#d55e00", Math.min(1, Math.max(0, share)));
  return { hue: 0, dash: [], color };
}

/** The style of a value on an axis: of its own hue for a word, on the ramp for a number. */
export function styleOf(value: Value, axis: Axis): LineStyle | null {
  const share = axis.share(value);
  if (share === null) return null;
  if (!axis.words) return rampStyle(share);
  const place = axis.order.indexOf(String(value));
  return lineStyle(Math.max(0, place));
}
