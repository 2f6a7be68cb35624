import {
  ArrowDownToLine,
  Check,
  ChevronDown,
  ChevronUp,
  Clock,
  Copy,
  Download,
  ListFilter,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { logsFileUrl } from "@/api/client";
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
import { formatCount } from "@/lib/format";

import type { LogSnapshot, LogStore } from "./store";
import { isLevel, joinLines, LEVELS, type Level } from "./text";
import type { RunPlace } from "./useLogs";

export interface LogToolbarProps {
  place: RunPlace;
  log: LogSnapshot;
  store: LogStore;
  shown: readonly number[] | null;
  level: Level;
  onLevel: (level: Level) => void;
  onWriter: (writer: string) => void;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  times: boolean;
  onTimes: (times: boolean) => void;
  search: { text: string; setText: (text: string) => void; invalid: boolean };
  found: { at: number | null; count: number; searching: boolean; go: (step: 1 | -1) => void };
}

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

function Matches({ found }: Pick<LogToolbarProps, "found">) {
  const { t } = useTranslation();
  if (!found.searching) return null;
  const text =
    found.count === 0
      ? t("logs.noMatches")
      : t("logs.matches", { at: found.at === null ? "–" : found.at + 1, count: found.count });
  return (
    <>
      <span role="status" className="text-small whitespace-nowrap text-ink-3">
        {text}
      </span>
      <button
        type="button"
        aria-label={t("logs.previous")}
        title={t("logs.previous")}
        disabled={found.count === 0}
        onClick={() => found.go(-1)}
        className="grid size-5 shrink-0 place-items-center rounded text-ink-2 hover:bg-line disabled:opacity-50"
      >
        <ChevronUp aria-hidden className="size-3.5" />
      </button>
      <button
        type="button"
        aria-label={t("logs.next")}
        title={t("logs.next")}
        disabled={found.count === 0}
        onClick={() => found.go(1)}
        className="grid size-5 shrink-0 place-items-center rounded text-ink-2 hover:bg-line disabled:opacity-50"
      >
        <ChevronDown aria-hidden className="size-3.5" />
      </button>
    </>
  );
}

function Counts({ log, shown, whole }: { log: LogSnapshot; shown: number | null; whole: boolean }) {
  const { t, i18n } = useTranslation();
  if (log.total === null) return null;
  const n = formatCount(log.total, i18n.language);
  const reading = whole && log.read < log.total;
  return (
    <span className="text-small whitespace-nowrap text-ink-3">
      {shown === null
        ? t("logs.lines", { count: log.total, n })
        : t("logs.filtered", { shown: formatCount(shown, i18n.language), n })}
      {reading && ` · ${t("logs.reading", { read: formatCount(log.read, i18n.language), n })}`}
    </span>
  );
}

function CopyAll({
  log,
  store,
  shown,
  times,
}: Pick<LogToolbarProps, "log" | "store" | "shown" | "times">) {
  const { t } = useTranslation();
  const [copied, copy] = useCopy();
  const copyAll = async () => {
    await store.want(0, log.total ?? 0);
    await copy(joinLines(store.snapshot().lines, shown, times));
  };
  const words = { no: t("logs.copy"), yes: t("common.copied"), refused: t("error.clipboard") };
  return (
    <Button
      look="quiet"
      size="icon"
      aria-label={words[copied]}
      title={words[copied]}
      onClick={() => void copyAll().catch(() => copy(joinLines(log.lines, shown, times)))}
    >
      {copied === "yes" ? <Check aria-hidden className="text-ok" /> : <Copy aria-hidden />}
    </Button>
  );
}

export function LogToolbar(props: LogToolbarProps) {
  const { place, log, store, shown, level, onLevel, follow, onFollow, times, onTimes } = props;
  const { search, found } = props;
  const { t } = useTranslation();
  const pressed =
    "data-[on=true]:border-accent data-[on=true]:bg-accent-soft data-[on=true]:text-ink";
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3.5 py-2 max-sm:px-2">
      <SearchField
        value={search.text}
        onChange={search.setText}
        label={t("logs.search")}
        invalid={search.invalid}
        onKeyDown={(event) => {
          if (event.key === "Enter") found.go(event.shiftKey ? -1 : 1);
        }}
        className="w-72 max-w-full max-sm:w-full"
      >
        <Matches found={found} />
      </SearchField>
      <LevelMenu level={level} onLevel={onLevel} />
      {log.writers.length > 1 && (
        <ChoiceMenu
          label={t("logs.writer")}
          icon={ListFilter}
          text={log.writer ?? ""}
          value={log.writer ?? ""}
          onChange={props.onWriter}
        >
          {log.writers.map((writer) => (
            <MenuRadioItem key={writer} value={writer}>
              {writer}
            </MenuRadioItem>
          ))}
        </ChoiceMenu>
      )}
      <Counts log={log} shown={shown?.length ?? null} whole={shown !== null || found.searching} />
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
      <CopyAll log={log} store={store} shown={shown} times={times} />
      <a
        href={logsFileUrl(place.workspace, place.project, place.run)}
        download={`${place.run}.txt`}
        aria-label={t("logs.download")}
        title={t("logs.download")}
        className={buttonClass("quiet", "icon")}
      >
        <Download aria-hidden />
      </a>
    </div>
  );
}
