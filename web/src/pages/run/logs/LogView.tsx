import { useEffect, useImperativeHandle, useMemo, type Ref } from "react";
import { useTranslation } from "@/i18n";

import { LogRow } from "./LogRow";
import type { LogSnapshot, LogStore } from "./store";
import { useLineScroll } from "./useLineScroll";

export interface LogViewHandle {
  /** The first row in sight. */
  top: () => number;
  /** Bring a row into sight. */
  show: (row: number) => void;
}

export interface LogViewProps {
  ref: Ref<LogViewHandle>;
  log: LogSnapshot;
  store: LogStore;
  query: string;
  /** Place of the match one is at. */
  current: number | null;
  times: boolean;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  /** What to say where there is no line. */
  empty: string;
}

/** Lines as in a terminal, only those in sight drawn, and fetched when they come into sight. */
export function LogView(props: LogViewProps) {
  const { ref, log, store, query, current, times, follow, onFollow, empty } = props;
  const { t } = useTranslation();
  const scroll = useLineScroll(log.rows, follow, onFollow);
  const { scroller, first, end } = scroll;
  useImperativeHandle(ref, () => ({ top: scroll.top, show: scroll.show }));
  const { rows, total } = log;
  useEffect(() => {
    // A failure is in the store's state; scrolling or the next hint tries again.
    store.want(first, end).catch(() => undefined);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- new lines are wanted too
  }, [store, first, end, rows, total]);
  const begins = useMemo(
    () => new Map(log.parts.slice(1).map((part) => [part.at, part])),
    [log.parts],
  );
  const digits = Math.max(3, String(total ?? 0).length);
  return (
    <div
      ref={scroller}
      onScroll={scroll.onScroll}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-busy={total === null}
      aria-label={t("logs.output")}
      className="min-h-0 grow overflow-auto bg-sunken font-mono text-small focus-visible:-outline-offset-2"
    >
      {rows === 0 && total !== null && (
        <p className="px-4 py-10 text-center font-sans text-base text-ink-2">{empty}</p>
      )}
      <div className="relative min-w-full [overflow-y:clip]" style={{ height: scroll.height }}>
        <div
          className="absolute top-0 left-0 w-max min-w-full"
          style={{ transform: `translateY(${scroll.offset}px)` }}
        >
          {Array.from({ length: Math.max(0, end - first) }, (_, i) => {
            const { place, line } = store.row(first + i);
            return (
              <LogRow
                key={place}
                number={place}
                line={line}
                digits={digits}
                times={times}
                query={query}
                current={place === current}
                begins={begins.get(place)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
