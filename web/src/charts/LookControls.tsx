import { useEffect, useRef, useState } from "react";

import type { Look } from "./looks";
import { AxisControls, type AxisControlsProps } from "./Toolbar";

export interface LookControlsProps {
  settings: AxisControlsProps["settings"];
  /** Called when a choice has settled: a slider moves faster than it should be kept. */
  onChange: (part: Look) => void;
  timed?: boolean;
  defined?: boolean;
}

const SETTLE = 300;

/** The controls of a section or a chart: what is chosen shows at once, and is kept when it rests. */
export function LookControls(props: LookControlsProps) {
  const { settings, onChange, timed = true, defined = true } = props;
  const [pending, setPending] = useState<Look | null>(null);
  const waiting = useRef<Look | null>(null);
  const keep = useRef(onChange);
  useEffect(() => {
    keep.current = onChange;
  });
  useEffect(() => {
    if (pending === null) return undefined;
    waiting.current = pending;
    const timer = setTimeout(() => {
      waiting.current = null;
      keep.current(pending);
      setPending(null);
    }, SETTLE);
    return () => clearTimeout(timer);
  }, [pending]);
  // Closed before it rested: it was chosen all the same.
  useEffect(
    () => () => {
      if (waiting.current !== null) keep.current(waiting.current);
    },
    [],
  );
  return (
    <AxisControls
      settings={{ ...settings, ...pending }}
      onChange={(part) => setPending((old) => ({ ...old, ...part }))}
      timed={timed}
      defined={defined}
    />
  );
}
