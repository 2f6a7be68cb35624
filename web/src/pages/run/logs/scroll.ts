/**
 * Scrolling through more lines than a browser's page may be high. Up to MOST pixels the scroll bar
 * is the place itself. Beyond, the bar is shorter than the text: both ends are as they are, what
 * lies between is squeezed; moves of a wheel or a key still go by as many pixels as they say, only
 * a drag of the bar or a jump goes by the squeezed scale.
 */

/** Highest element all browsers draw, with room to spare (Firefox: 17.8 million). */
export const MOST = 8_000_000;
/** So much at both ends is not squeezed. */
const EDGE = 1_000_000;

export interface Extent {
  /** Height of all lines in pixels. */
  whole: number;
  /** Height of what is seen. */
  view: number;
}

/** Where the bar stands, and which pixel of the text is at the top of what is seen. */
export interface Spot {
  bar: number;
  top: number;
}

const farthest = ({ whole, view }: Extent) => Math.max(0, whole - view);

/** Height that the scrolled element has. */
export function barHeight(whole: number): number {
  return Math.min(whole, MOST);
}

/** The top of what is seen when the bar was dragged to `bar`. */
export function topOf(bar: number, extent: Extent): number {
  if (extent.whole <= MOST) return bar;
  const [end, far] = [MOST - extent.view, farthest(extent)];
  if (bar <= EDGE) return bar;
  if (bar >= end - EDGE) return far - (end - bar);
  return EDGE + ((bar - EDGE) / (end - 2 * EDGE)) * (far - 2 * EDGE);
}

/** Where the bar belongs when `top` is at the top. */
export function barOf(top: number, extent: Extent): number {
  if (extent.whole <= MOST) return top;
  const [end, far] = [MOST - extent.view, farthest(extent)];
  if (top <= EDGE) return top;
  if (top >= far - EDGE) return end - (far - top);
  return EDGE + ((top - EDGE) / (far - 2 * EDGE)) * (end - 2 * EDGE);
}

/** The spot whose top is as near to `top` as there is text. */
export function spotAt(top: number, extent: Extent): Spot {
  const within = Math.min(Math.max(0, top), farthest(extent));
  return { bar: barOf(within, extent), top: within };
}

/**
 * The spot after the bar moved to `bar`. Its `bar` differs from that only where small moves have
 * come near an end by another way than the scale's: the bar is to be set there then.
 */
export function moved(before: Spot, bar: number, extent: Extent): Spot {
  if (extent.whole <= MOST) return { bar, top: bar };
  const scaled = topOf(bar, extent);
  if (Math.abs(bar - before.bar) > 2 * extent.view) return { bar, top: scaled };
  const top = Math.min(Math.max(0, before.top + bar - before.bar), farthest(extent));
  const atEdge = bar < EDGE || bar > MOST - extent.view - EDGE;
  if (atEdge && Math.abs(scaled - top) > 2) return spotAt(top, extent);
  return { bar, top };
}
