import {
  ArrowDownToLine,
  Check,
  ChevronDown,
  ChevronUp,
  Clock,
  Copy,
  Cpu,
  Download,
  ListFilter,
  type LucideIcon,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "@/i18n";

import { consoleFileUrl } from "@/api/client";
import type { ConsoleRank } from "@/api/messages";
import { Button, buttonClass } from "@/components/ui/button";
import {
  MenuPopup,
  MenuRadioGroup,
  MenuRadioItem,
  MenuRoot,
  MenuTrigger,
} from "@/components/ui/menu";
import { SearchField } from "@/components/ui/search-field";
import { cn } from "@/lib/classes";
import { useCopy } from "@/lib/copy";
import { formatClock, formatCount } from "@/lib/format";

import type { Found } from "./finder";
import type { LogSnapshot, LogStore } from "./store";
import { firstFrom, isLevel, LEVELS, plainText, type Level } from "./text";
import type { RunPlace } from "./useLogs";

export interface LogToolbarProps {
  place: RunPlace;
  log: LogSnapshot;
  store: LogStore;
  level: Level;
  onLevel: (level: Level) => void;
  onRank: (rank: number) => void;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  times: boolean;
  onTimes: (times: boolean) => void;
  search: { text: string; setText: (text: string) => void };
  /** What the search found so far; null where nothing is searched. */
  found: Found | null;
  /** Place of the match one is at. */
  at: number | null;
  onGo: (step: 1 | -1) => void;
}

/** More lines than this are downloaded, not copied. */
const COPIED = 10_000;

function ChoiceMenu({
  label,
  icon: Icon,
  text,
  value,
  onChange,
  children,
}: {
  label: string;
  icon: LucideIcon;
  text: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <MenuRoot>
      <MenuTrigger
        aria-label={`${label}: ${text}`}
        title={label}
        className={cn(buttonClass("plain", "normal"), "w-auto max-w-40")}
      >
        <Icon aria-hidden />
        <span className="truncate max-sm:sr-only">{text}</span>
      </MenuTrigger>
      <MenuPopup>
        <MenuRadioGroup value={value} onValueChange={onChange}>
          {children}
        </MenuRadioGroup>
      </MenuPopup>
    </MenuRoot>
  );
}

function LevelMenu({ level, onLevel }: Pick<LogToolbarProps, "level" | "onLevel">) {
  const { t } = useTranslation();
  const words = (name: Level) => {
    if (name === "debug") return t("logs.all");
    return name === "error" ? t("logs.error") : t("logs.andAbove", { level: t(`logs.${name}`) });
  };
  return (
    <ChoiceMenu
      label={t("logs.level")}
      icon={ListFilter}
      text={words(level)}
      value={level}
      onChange={(next) => isLevel(next) && onLevel(next)}
    >
      {(Object.keys(LEVELS) as Level[]).map((name) => (
        <MenuRadioItem key={name} value={name}>
          {words(name)}
        </MenuRadioItem>
      ))}
    </ChoiceMenu>
  );
}

function StepButton({
  step,
  onGo,
  off,
}: {
  step: 1 | -1;
  onGo: (step: 1 | -1) => void;
  off: boolean;
}) {
  const { t } = useTranslation();
  const Icon = step === 1 ? ChevronDown : ChevronUp;
  const label = t(step === 1 ? "logs.next" : "logs.previous");
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={off}
      onClick={() => onGo(step)}
      className="grid size-5 shrink-0 place-items-center rounded text-ink-2 hover:bg-line disabled:opacity-50"
    >
      <Icon aria-hidden className="size-3.5" />
    </button>
  );
}

/** How many lines match, at which one is, and whether all were looked through. */
function Matches({ found, at, onGo, total }: MatchesProps) {
  const { t, i18n } = useTranslation();
  if (found === null) return null;
  const count = found.places.length;
  const busy = found.error === null && found.searched < total;
  const n = formatCount(count, i18n.language) + (busy ? "…" : "");
  const here = at === null ? "–" : formatCount(firstFrom(found.places, at) + 1, i18n.language);
  const text = count === 0 && !busy ? t("logs.noMatches") : t("logs.matches", { at: here, n });
  return (
    <>
      <span role="status" className="text-small whitespace-nowrap text-ink-2">
        {found.error === null ? text : t("logs.searchFailed")}
      </span>
      <StepButton step={-1} onGo={onGo} off={count === 0} />
      <StepButton step={1} onGo={onGo} off={count === 0} />
    </>
  );
}

interface MatchesProps extends Pick<LogToolbarProps, "found" | "at" | "onGo"> {
  total: number;
}

function Counts({ log }: { log: LogSnapshot }) {
  const { t, i18n } = useTranslation();
  if (log.total === null) return null;
  const n = formatCount(log.total, i18n.language);
  return (
    <span className="text-small whitespace-nowrap text-ink-2">
      {log.rows === log.total
        ? t("logs.lines", { count: log.total, n })
        : t("logs.filtered", { shown: formatCount(log.rows, i18n.language), n })}
    </span>
  );
}

/** The process whose lines are shown, where several printed something. */
function RankMenu({ log, onRank }: Pick<LogToolbarProps, "log" | "onRank">) {
  const { t } = useTranslation();
  if (log.ranks.length < 2) return null;
  const words = ({ rank, host }: ConsoleRank) =>
    host === "" ? t("run.rank", { rank }) : t("logs.rankOn", { rank, host });
  const current = log.ranks.find(({ rank }) => rank === log.rank);
  return (
    <ChoiceMenu
      label={t("logs.writer")}
      icon={Cpu}
      text={current === undefined ? "" : words(current)}
      value={String(log.rank)}
      onChange={(rank) => onRank(Number(rank))}
    >
      {log.ranks.map((one) => (
        <MenuRadioItem key={one.rank} value={String(one.rank)}>
          {words(one)}
        </MenuRadioItem>
      ))}
    </ChoiceMenu>
  );
}

function CopyAll({ log, store, times }: Pick<LogToolbarProps, "log" | "store" | "times">) {
  const { t } = useTranslation();
  const [copied, copy] = useCopy();
  const [failed, setFailed] = useState(false);
  const { rows } = log;
  const copyAll = async () => {
    await store.want(0, rows);
    const lines = Array.from({ length: rows }, (_, i) => store.row(i).line);
    const texts = lines.map((line) => {
      if (line === undefined) return "";
      return (times ? `${formatClock(line.time)} ` : "") + plainText(line.text);
    });
    await copy(texts.join("\n"));
  };
  const words = { no: t("logs.copy"), yes: t("common.copied"), refused: t("error.clipboard") };
  const many = rows > COPIED;
  const label = many ? t("logs.copyMany") : words[failed ? "refused" : copied];
  return (
    <Button
      look="quiet"
      size="icon"
      aria-label={label}
      title={label}
      disabled={many || rows === 0}
      onClick={() => {
        setFailed(false);
        copyAll().catch(() => setFailed(true));
      }}
    >
      {copied === "yes" ? <Check aria-hidden className="text-ok" /> : <Copy aria-hidden />}
    </Button>
  );
}

export function LogToolbar(props: LogToolbarProps) {
  const { place, log, store, level, onLevel, follow, onFollow, times, onTimes } = props;
  const { search, found, at, onGo } = props;
  const { t } = useTranslation();
  const pressed =
    "data-[on=true]:border-accent data-[on=true]:bg-accent-soft data-[on=true]:text-ink";
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3.5 py-2 max-sm:px-2">
      <SearchField
        value={search.text}
        onChange={search.setText}
        label={t("logs.search")}
        onKeyDown={(event) => {
          if (event.key === "Enter") onGo(event.shiftKey ? -1 : 1);
        }}
        className="w-80 max-w-full max-sm:w-full"
      >
        <Matches found={found} at={at} onGo={onGo} total={log.total ?? 0} />
      </SearchField>
      <LevelMenu level={level} onLevel={onLevel} />
      <RankMenu log={log} onRank={props.onRank} />
      <Counts log={log} />
      <div className="grow" />
      <Button
        look="quiet"
        aria-pressed={times}
        data-on={times}
        className={pressed}
        onClick={() => onTimes(!times)}
      >
        <Clock aria-hidden />
        <span className="max-sm:sr-only">{t("logs.time")}</span>
      </Button>
      <Button
        look="quiet"
        aria-pressed={follow}
        data-on={follow}
        title={t("logs.followHint")}
        className={pressed}
        onClick={() => onFollow(!follow)}
      >
        <ArrowDownToLine aria-hidden />
        <span className="max-sm:sr-only">{t("logs.follow")}</span>
      </Button>
      <CopyAll log={log} store={store} times={times} />
      <a
        href={consoleFileUrl(place.workspace, place.project, place.run, log.rank)}
        download={`${place.run}${(log.rank ?? 0) > 0 ? `-${log.rank}` : ""}.txt`}
        aria-label={t("logs.download")}
        title={t("logs.download")}
        className={buttonClass("quiet", "icon")}
      >
        <Download aria-hidden />
      </a>
    </div>
  );
}
