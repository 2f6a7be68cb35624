import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "@/i18n";

import type { State } from "@/api/messages";
import { Failure } from "@/components/Failure";
import { useDebouncedText } from "@/lib/debounce";

import { LogToolbar } from "./logs/LogToolbar";
import { LogView, type LogViewHandle } from "./logs/LogView";
import { isLevel, stepTo, type Level } from "./logs/text";
import { useFound, useLogs, type RunPlace } from "./logs/useLogs";

export interface LogsTabProps extends RunPlace {
  state: State;
}

interface LogSearch {
  query: string;
  level: Level;
  rank: number | undefined;
  set: (part: {
    logq?: string | undefined;
    level?: Level | undefined;
    rank?: number | undefined;
  }) => void;
}

/** What of the log is shown, as the address says. */
function useLogSearch(): LogSearch {
  const search = useSearch({ from: "/@{$workspace}/$project/runs/$run" });
  const navigate = useNavigate({ from: "/@{$workspace}/$project/runs/$run" });
  const rank = Number(search.rank ?? Number.NaN);
  return {
    query: search.logq === undefined ? "" : String(search.logq),
    level: isLevel(search.level) ? search.level : "debug",
    rank: Number.isInteger(rank) && rank >= 0 ? rank : undefined,
    set: (part) => void navigate({ search: (old) => ({ ...old, ...part }), replace: true }),
  };
}

/** The console output of a run. */
export default function LogsTab({ state, ...run }: LogsTabProps) {
  const { t } = useTranslation();
  const { query, level, rank, set } = useLogSearch();
  const place = { ...run, rank, level };
  const [log, store] = useLogs(place);
  const found = useFound(place, query, log);
  const [follow, setFollow] = useState(true);
  const [times, setTimes] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  const view = useRef<LogViewHandle>(null);
  const [text, setText] = useDebouncedText(query, (next) => {
    set({ logq: next || undefined });
    setAt(null);
  });
  const go = (step: 1 | -1) => {
    const top = store.row(view.current?.top() ?? 0).place;
    const next = stepTo(found?.places ?? [], at, top, step);
    if (next === null) return;
    setAt(next);
    setFollow(false);
    view.current?.show(store.rowOf(next));
  };
  if (log.total === null && log.error !== null) {
    const retry = () => void store.refresh().catch(() => undefined);
    return <Failure embedded error={log.error} onRetry={retry} />;
  }
  const over = state !== "running" && state !== "unresponsive";
  const nothing = over ? t("logs.emptyEnded") : t("logs.empty");
  return (
    <section aria-label={t("logs.output")} className="flex min-h-0 grow flex-col">
      <LogToolbar
        place={run}
        log={log}
        store={store}
        level={level}
        onLevel={(next) => set({ level: next === "debug" ? undefined : next })}
        onRank={(next) => {
          set({ rank: next });
          setAt(null);
        }}
        follow={follow}
        onFollow={setFollow}
        times={times}
        onTimes={setTimes}
        search={{ text, setText }}
        found={found}
        at={at}
        onGo={go}
      />
      <LogView
        // Another process or level is another text: it begins at its end.
        key={`${rank} ${level}`}
        ref={view}
        log={log}
        store={store}
        query={query}
        current={at}
        times={times}
        follow={follow}
        onFollow={setFollow}
        empty={log.total === 0 ? nothing : t("logs.noneAtLevel")}
      />
    </section>
  );
}
