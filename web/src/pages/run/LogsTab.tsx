import { useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { State } from "@/api/messages";
import { Failure } from "@/components/Failure";
import { useDebouncedText } from "@/lib/debounce";
import { parseSearch } from "@/lib/search";

import { LogToolbar } from "./logs/LogToolbar";
import { LogView, type LogViewHandle } from "./logs/LogView";
import { findMatches, firstFrom, isLevel, linesOfLevel, type Level } from "./logs/text";
import { useLogs, type RunPlace } from "./logs/useLogs";
import { useWholeLog } from "./logs/useWholeLog";

export interface LogsTabProps extends RunPlace {
  state: State;
}

interface LogSearch {
  query: string;
  level: Level;
  writer: string | undefined;
  set: (part: { logq?: string | undefined; level?: Level | undefined; writer?: string }) => void;
}

/** What of the log is shown, as the address says. */
function useLogSearch(): LogSearch {
  const search = useSearch({ from: "/@{$workspace}/$project/runs/$run" });
  const navigate = useNavigate({ from: "/@{$workspace}/$project/runs/$run" });
  return {
    query: search.logq === undefined ? "" : String(search.logq),
    level: isLevel(search.level) ? search.level : "debug",
    writer: typeof search.writer === "string" ? search.writer : undefined,
    set: (part) => void navigate({ search: (old) => ({ ...old, ...part }), replace: true }),
  };
}

/** The console output of a run. */
export default function LogsTab({ state, ...place }: LogsTabProps) {
  const { t } = useTranslation();
  const { query, level, writer, set } = useLogSearch();
  const [log, store] = useLogs(place, writer);
  const [follow, setFollow] = useState(true);
  const [times, setTimes] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  const view = useRef<LogViewHandle>(null);
  const [text, setText] = useDebouncedText(query, (next) => {
    set({ logq: next || undefined });
    setAt(null);
  });
  const filtered = level !== "debug";
  useWholeLog(store, log, filtered || query !== "");

  const current = useDeferredValue(log);
  const shown = useMemo(
    () => (filtered ? linesOfLevel(current.lines, level) : null),
    [filtered, current, level],
  );
  const search = useMemo(() => parseSearch(query), [query]);
  const matches = useMemo(
    () => (query === "" ? [] : findMatches(current.lines, shown, search.matches)),
    [query, current, shown, search],
  );
  const go = (step: 1 | -1) => {
    if (matches.length === 0) return;
    // The first step goes to what is nearest below the top of what one sees.
    const here = at === null ? firstFrom(matches, view.current?.top() ?? 0) : at + step;
    const next = (here + matches.length) % matches.length;
    setAt(next);
    setFollow(false);
    view.current?.show(matches[next] ?? 0);
  };
  if (log.total === null && log.error !== null) {
    const retry = () => void store.refresh().catch(() => undefined);
    return <Failure embedded error={log.error} onRetry={retry} />;
  }
  return (
    <section aria-label={t("logs.output")} className="flex min-h-0 grow flex-col">
      <LogToolbar
        place={place}
        log={log}
        store={store}
        shown={shown}
        level={level}
        onLevel={(next) => set({ level: next === "debug" ? undefined : next })}
        onWriter={(next) => set({ writer: next })}
        follow={follow}
        onFollow={setFollow}
        times={times}
        onTimes={setTimes}
        search={{ text, setText, invalid: parseSearch(text).invalid }}
        found={{ at, count: matches.length, searching: query !== "", go }}
      />
      <LogView
        ref={view}
        log={log}
        store={store}
        shown={shown}
        query={query}
        current={at === null ? null : (matches[at] ?? null)}
        times={times}
        follow={follow}
        onFollow={setFollow}
        ended={state !== "running" && state !== "unresponsive"}
      />
    </section>
  );
}
