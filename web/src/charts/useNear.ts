import { type RefObject, useEffect, useState } from "react";

/** How far outside the view a card is made ready (px). */
const MARGIN = 400;

type Watch = (near: boolean) => void;

interface Watcher {
  observer: IntersectionObserver;
  watches: Map<Element, Watch>;
}

const watchers = new Map<Element | null, Watcher>();

/** The element that scrolls `element`; its edges are what the margin counts from. */
function scrollerOf(element: Element): Element | null {
  for (let up = element.parentElement; up; up = up.parentElement) {
    const { overflowY } = getComputedStyle(up);
    if (overflowY === "auto" || overflowY === "scroll") return up;
  }
  return null;
}

/** One observer serves all elements of one scrolling area. */
function watch(element: Element, seen: Watch): () => void {
  const root = scrollerOf(element);
  let watcher = watchers.get(root);
  if (!watcher) {
    const watches = new Map<Element, Watch>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) watches.get(entry.target)?.(entry.isIntersecting);
      },
      { root, rootMargin: `${MARGIN}px 0px` },
    );
    watcher = { observer, watches };
    watchers.set(root, watcher);
  }
  const { observer, watches } = watcher;
  watches.set(element, seen);
  observer.observe(element);
  return () => {
    observer.unobserve(element);
    watches.delete(element);
    if (watches.size > 0) return;
    observer.disconnect();
    watchers.delete(root);
  };
}

/** Is the element in sight, or so near that it soon may be? */
export function useNear(ref: RefObject<Element | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => (ref.current ? watch(ref.current, setNear) : undefined), [ref]);
  return near;
}
