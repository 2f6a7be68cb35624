import { useCallback, useEffect, useRef, useState } from "react";

import { onThemeChange } from "@/charts/palette";

import { type Sitter, seats } from "./seats";

export interface Seat {
  /** It may draw with WebGL. */
  live: boolean;
  /** A picture of what it showed before it had to end. */
  still: string | null;
  /** Make it live again. */
  wake: () => void;
  /** Call when it has drawn. */
  settled: () => void;
}

/**
 * A seat among those that draw with WebGL.
 * @param wanted false: no seat is needed, `live` is true
 * @param picture a still of what is shown, as an address; stays the same
 */
export function useSeat(wanted: boolean, picture: () => Promise<string | null>): Seat {
  const [live, setLive] = useState(false);
  const [still, setStill] = useState<string | null>(null);
  const sitter = useRef<Sitter | null>(null);
  useEffect(() => {
    if (!wanted) return undefined;
    const own: Sitter = {
      begin: () => setLive(true),
      async end() {
        try {
          setStill(await picture());
        } finally {
          setLive(false);
        }
      },
    };
    sitter.current = own;
    seats.ask(own);
    // A still of the other theme would be the one bright spot of a dark page.
    const forget = onThemeChange(() => seats.ask(own));
    return () => {
      forget();
      seats.leave(own);
      sitter.current = null;
      setLive(false);
    };
  }, [wanted, picture]);
  const wake = useCallback(() => {
    if (sitter.current) seats.ask(sitter.current);
  }, []);
  const settled = useCallback(() => {
    if (sitter.current) seats.settle(sitter.current);
  }, []);
  return { live: live || !wanted, still, wake, settled };
}
