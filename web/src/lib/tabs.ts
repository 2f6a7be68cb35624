import { type RefObject, useEffect, useRef } from "react";

/** Of a row of tabs that may be wider than the window: brings the open one into sight. */
export function useTabInSight(tab: string): RefObject<HTMLElement | null> {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    const open = row.current?.querySelector(`[aria-current="page"]`);
    open?.scrollIntoView({ block: "nearest", inline: "nearest" });
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another one is open then
  }, [tab]);
  return row;
}
