import { memo } from "react";
import { useTranslation } from "@/i18n";

import type { ConsolePart, LogLine } from "@/api/messages";
import { cn } from "@/lib/classes";
import { formatClock } from "@/lib/format";

import { levelName, plainText, spansOf, type Level } from "./text";

/** Height of a line in pixels. */
export const ROW = 18;

const MARKS: Record<Level, { letter: string; gutter: string; text: string }> = {
  debug: { letter: "D", gutter: "text-ink-3", text: "text-ink-2" },
  info: { letter: "", gutter: "", text: "" },
  warning: { letter: "W", gutter: "text-warn font-bold", text: "text-warn" },
  error: { letter: "E", gutter: "text-bad font-bold", text: "text-bad" },
};

function Highlighted({ text, query, current }: { text: string; query: string; current: boolean }) {
  const spans = spansOf(query, text);
  if (spans.length === 0) return text;
  const parts = [];
  let end = 0;
  for (const [from, to] of spans) {
    parts.push(text.slice(end, from));
    parts.push(
      <mark key={from} className={cn("rounded-xs text-ink", current ? "bg-warn/55" : "bg-warn/25")}>
        {text.slice(from, to)}
      </mark>,
    );
    end = to;
  }
  parts.push(text.slice(end));
  return parts;
}

export interface LogRowProps {
  number: number;
  /** Missing while it is being fetched. */
  line: LogLine | undefined;
  digits: number;
  times: boolean;
  query: string;
  /** It holds the match one is at. */
  current: boolean;
  /** The process was started again here. */
  begins: ConsolePart | undefined;
}

function Again({ part }: { part: ConsolePart }) {
  const { t } = useTranslation();
  return (
    <span className="mr-3 rounded-xs bg-accent-soft px-1.5 font-sans text-tiny text-ink-2 select-none">
      {t("logs.again", { time: formatClock(part.started), host: part.host })}
    </span>
  );
}

export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { number, line, digits, times, query, current, begins } = props;
  const { t } = useTranslation();
  const level = levelName(line?.level ?? 20);
  const mark = MARKS[level];
  return (
    <div
      className={cn("flex whitespace-pre hover:bg-accent-soft", current && "bg-accent-soft")}
      style={{ height: ROW, lineHeight: `${ROW}px` }}
    >
      <span
        aria-hidden
        className="sticky left-0 mr-3 flex shrink-0 gap-1.5 border-r border-line bg-sunken pr-2 pl-3 text-ink-3 select-none max-sm:pl-1"
      >
        <span className="text-right" style={{ width: `${digits}ch` }}>
          {number + 1}
        </span>
        <span className={cn("w-[1ch]", mark.gutter)}>{mark.letter}</span>
      </span>
      {begins !== undefined && <Again part={begins} />}
      {line !== undefined && (
        <>
          {mark.letter !== "" && <span className="sr-only">{t(`logs.${level}`)}: </span>}
          {times && <span className="mr-3 text-ink-3 select-none">{formatClock(line.time)}</span>}
          <span className={cn("pr-4", mark.text)}>
            <Highlighted text={plainText(line.text)} query={query} current={current} />
          </span>
        </>
      )}
    </div>
  );
});
