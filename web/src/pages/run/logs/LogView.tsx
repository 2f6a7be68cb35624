import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type Ref } from "react";
import { useTranslation } from "react-i18next";

import { LogRow, ROW } from "./LogRow";
import type { LogSnapshot, LogStore } from "./store";

export interface LogViewHandle {
  /** Position of the first line in sight. */
  top: () => number;
  /** Bring a position into sight. */
  show: (position: number) => void;
}

export interface LogViewProps {
  ref: Ref<LogViewHandle>;
  log: LogSnapshot;
  store: LogStore;
  /** Line numbers to show, or null for all. */
  shown: readonly number[] | null;
  query: string;
  /** Position of the match one is at. */
  current: number | null;
  times: boolean;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  ended: boolean;
}

/** So near to the end, in pixels, counts as being at it. */
const AT_END = 12;

/** Keep the newest line in sight while following; scrolling up lets go, the end takes up again. */
function useFollow(count: number, follow: boolean, onFollow: (follow: boolean) => void) {
  const scroller = useRef<HTMLDivElement>(null);
  const last = useRef(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && follow) element.scrollTop = element.scrollHeight;
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- each new line moves the end
  }, [count, follow]);
  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const up = element.scrollTop < last.current;
    last.current = element.scrollTop;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END;
    if (up && !atEnd && follow) onFollow(false);
    else if (!up && atEnd && !follow) onFollow(true);
  };
  return { scroller, onScroll };
}

/** Lines as in a terminal, only those in sight drawn, and fetched when they come into sight. */
export function LogView(props: LogViewProps) {
  const { ref, log, store, shown, query, current, times, follow, onFollow, ended } = props;
  const { t } = useTranslation();
  const count = shown?.length ?? log.total ?? 0;
  const { scroller, onScroll } = useFollow(count, follow, onFollow);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  useImperativeHandle(ref, () => ({
    top: () => Math.floor((scroller.current?.scrollTop ?? 0) / ROW),
    show: (position) => rows.scrollToIndex(position, { align: "center" }),
  }));
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const end = (items.at(-1)?.index ?? -1) + 1;
  useEffect(() => {
    // A failure is in the store's state; scrolling or the next hint tries again.
    if (shown === null) store.want(first, end).catch(() => undefined);
  }, [store, shown, first, end]);
  const digits = Math.max(3, String(log.total ?? 0).length);
  if (count === 0 && log.total !== null) {
    const empty = ended ? t("logs.emptyEnded") : t("logs.empty");
    return (
      <p className="px-4 py-10 text-center text-ink-2">
        {log.total === 0 ? empty : t("logs.noneAtLevel")}
      </p>
    );
  }
  return (
    <div
      ref={scroller}
      onScroll={onScroll}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-busy={log.total === null}
      aria-label={t("logs.output")}
      className="min-h-0 grow overflow-auto bg-sunken font-mono text-small focus-visible:-outline-offset-2"
    >
      <div className="relative min-w-full" style={{ height: rows.getTotalSize() }}>
        <div
          className="absolute top-0 left-0 w-max min-w-full"
          style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}
        >
          {items.map(({ index }) => {
            const number = shown?.[index] ?? index;
            return (
              <LogRow
                key={number}
                number={number}
                line={log.lines[number]}
                digits={digits}
                times={times}
                query={query}
                current={index === current}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
