import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

import { ROW } from "./LogRow";
import { barHeight, moved, type Spot, spotAt } from "./scroll";

/** So near to the end, in pixels, counts as being at it. */
const AT_END = 12;
/** Rows drawn above and below what is seen. */
const AROUND = 20;

export interface LineScroll {
  scroller: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  /** Height of the element that is scrolled. */
  height: number;
  /** Rows to draw. */
  first: number;
  end: number;
  /** Where in the scrolled element the first of them stands. */
  offset: number;
  /** The first row in sight. */
  top: () => number;
  /** Bring a row into the middle. */
  show: (row: number) => void;
}

/**
 * Scrolling through `count` rows, of which only those in sight are drawn. While `follow`, the last
 * one stays in sight; scrolling up lets go, coming to the end takes up again.
 */
export function useLineScroll(
  count: number,
  follow: boolean,
  onFollow: (follow: boolean) => void,
): LineScroll {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(0);
  const [spot, setSpot] = useState<Spot>({ bar: 0, top: 0 });
  const latest = useRef(spot);
  const whole = count * ROW;

  const go = useCallback((next: Spot) => {
    const element = scroller.current;
    // What the browser makes of it, which rounds, is what the next move counts from.
    if (element && Math.abs(element.scrollTop - next.bar) > 0.5) element.scrollTop = next.bar;
    latest.current = { bar: element?.scrollTop ?? next.bar, top: next.top };
    setSpot(latest.current);
  }, []);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const measure = () => setView(element.clientHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (follow && view > 0) go(spotAt(whole, { whole, view }));
  }, [whole, view, follow, go]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element || element.scrollTop === latest.current.bar) return;
    const before = latest.current;
    const next = moved(before, element.scrollTop, { whole, view: element.clientHeight });
    go(next);
    const atEnd = whole - next.top - element.clientHeight < AT_END;
    if (next.top < before.top && !atEnd && follow) onFollow(false);
    else if (next.top > before.top && atEnd && !follow) onFollow(true);
  };

  const first = Math.max(0, Math.min(Math.floor(spot.top / ROW), count - 1) - AROUND);
  const end = Math.min(count, Math.ceil((spot.top + view) / ROW) + AROUND);
  return {
    scroller,
    onScroll,
    height: barHeight(whole),
    first,
    end,
    offset: first * ROW - (spot.top - spot.bar),
    top: () => Math.floor(latest.current.top / ROW),
    show: (row) => go(spotAt(row * ROW - view / 2, { whole, view })),
  };
}
