import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Eye, EyeOff, PanelLeftClose, PanelLeftOpen } from "lucide-react";
import {
  type KeyboardEvent,
  memo,
  type PointerEvent,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "@/i18n";

import type { RunTable } from "@/api/messages";
import { useCommand } from "@/app/shortcuts";
import { hover, toggleHeld, useHighlight } from "@/charts/highlight";
import {
  type LineStyle,
  onThemeChange,
  strokeOf,
  styleOfRun,
  type Theme,
  theme,
} from "@/charts/palette";
import type { LineGroup } from "@/charts/spec";
import { StateIcon } from "@/components/StateMark";
import { buttonClass } from "@/components/ui/button";
import { SearchField } from "@/components/ui/search-field";
import { cn } from "@/lib/classes";
import { useDebouncedText } from "@/lib/debounce";
import { formatCount } from "@/lib/format";
import { parseSearch } from "@/lib/search";
import { useStored } from "@/lib/stored";

import type { CellContext } from "./Cell";
import type { Field, Row } from "./fields";
import { FilterBar } from "./FilterBar";
import { only, type ShownRule, shownOf, toggled } from "./shown";
import { FirstChoice, GroupChoice, SortChoice, useSorting } from "./SidebarChoices";
import { useWanted } from "./useCells";
import type { List as FoundList } from "./useList";
import { useCellContext, useFollowLinks } from "./useCellContext";

const ROUTE = "/@{$workspace}/$project";
const ROW = 30;
const NARROWEST = 200;
const WIDEST = 560;

export interface RunsSidebarProps {
  found: FoundList;
  /** Metrics of the project. */
  keys: RunTable["keys"];
  /** The group of each run when they are grouped. */
  groups: ReadonlyMap<string, LineGroup> | null;
  rule: ShownRule;
  onRule: (rule: ShownRule) => void;
}

/** The runs as the legend of the charts: which are drawn, in which colour, in which order. */
export function RunsSidebar(props: RunsSidebarProps) {
  const { t } = useTranslation();
  const [folded, setFolded] = useFolded();
  const [width, setWidth] = useWidth();
  const aside = useRef<HTMLElement>(null);
  useCommand("foldRuns", () => setFolded(!folded));
  useCommand("searchRuns", () => {
    flushSync(() => setFolded(false));
    aside.current?.querySelector<HTMLInputElement>("input[type=search]")?.focus();
  });
  if (!folded)
    return (
      <aside
        ref={aside}
        aria-label={t("project.runs")}
        style={{ width }}
        className="relative flex min-h-0 max-w-[80vw] shrink-0 flex-col border-r border-line bg-panel max-sm:absolute max-sm:inset-y-0 max-sm:left-0 max-sm:z-30 max-sm:mt-(--bar)"
      >
        <Contents {...props} onFold={() => setFolded(true)} />
        <Edge width={width} onWidth={setWidth} />
      </aside>
    );
  return (
    <div className="shrink-0 border-r border-line bg-panel p-1">
      <button
        type="button"
        aria-label={t("project.showRuns")}
        title={t("project.showRuns")}
        onClick={() => setFolded(false)}
        className={buttonClass("quiet", "icon")}
      >
        <PanelLeftOpen aria-hidden />
      </button>
    </div>
  );
}

/** Folded or not, as it was left; on a phone the list lies over the charts and begins folded. */
function useFolded(): [boolean, (folded: boolean) => void] {
  const [stored, store] = useStored("sidebar.folded");
  const [narrow] = useState(() => matchMedia("(max-width: 639px)").matches);
  const [opened, setOpened] = useState(false);
  if (narrow) return [!opened, (folded) => setOpened(!folded)];
  return [stored !== null, (folded) => store(folded ? "yes" : null)];
}

function useWidth(): [number, (width: number) => void] {
  const [stored, store] = useStored("sidebar.width");
  const width = Number(stored ?? 280);
  const set = (next: number) =>
    store(String(Math.round(Math.min(WIDEST, Math.max(NARROWEST, next)))));
  return [Number.isFinite(width) ? width : 280, set];
}

/** The edge of the sidebar, to drag or to move by arrow keys. */
function Edge({ width, onWidth }: { width: number; onWidth: (width: number) => void }) {
  const { t } = useTranslation();
  const grab = (event: PointerEvent<HTMLDivElement>) => {
    const from = event.clientX - width;
    const edge = event.currentTarget;
    edge.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => onWidth(moved.clientX - from);
    edge.addEventListener("pointermove", move);
    edge.addEventListener(
      "lostpointercapture",
      () => edge.removeEventListener("pointermove", move),
      { once: true },
    );
  };
  const press = (event: KeyboardEvent) => {
    const way = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    onWidth(width + way);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a separator that moves
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={t("project.width")}
      aria-valuenow={width}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- moved by arrow keys
      tabIndex={0}
      onPointerDown={grab}
      onKeyDown={press}
      className="absolute inset-y-0 -right-1 z-10 w-2 cursor-col-resize touch-none hover:bg-line-strong/50 max-sm:hidden"
    />
  );
}

function Contents(props: RunsSidebarProps & { onFold: () => void }) {
  const { found, keys, groups, rule, onRule, onFold } = props;
  const { list, ids, rows, fields } = found;
  const { t, i18n } = useTranslation();
  const { q = "" } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const [text, setText] = useDebouncedText(
    q,
    (next) => void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true }),
  );
  const drawn = shownOf(ids, rule).length;
  return (
    <>
      <div
        onFocus={found.wantConfigs}
        onPointerEnter={found.wantConfigs}
        className="flex flex-col gap-1.5 border-b border-line p-2"
      >
        <div className="flex items-center gap-1.5">
          <SearchField
            value={text}
            onChange={setText}
            label={t("runs.search")}
            invalid={parseSearch(text).invalid}
            className="grow"
          />
          <button
            type="button"
            aria-label={t("project.hideRuns")}
            title={t("project.hideRuns")}
            onClick={onFold}
            className={buttonClass("quiet", "icon")}
          >
            <PanelLeftClose aria-hidden />
          </button>
        </div>
        <FilterBar
          keys={keys}
          rows={rows}
          refused={found.error?.message}
          onConfigs={found.wantConfigs}
        />
        <div className="flex flex-wrap items-center gap-1.5">
          <FirstChoice rule={rule} onRule={onRule} />
          <div className="grow" />
          <SortChoice fields={fields} />
        </div>
        <GroupChoice fields={fields} />
        <p role="status" className="text-tiny text-ink-3">
          {t("project.drawn", {
            drawn: formatCount(drawn, i18n.language),
            listed: formatCount(list.length, i18n.language),
          })}
          {list.length < rows.length &&
            ` · ${t("project.of", { total: formatCount(rows.length, i18n.language) })}`}
          {groups !== null && drawn < list.length && (
            <span className="block">
              {t("project.groupHidden", { count: list.length - drawn })}
            </span>
          )}
        </p>
      </div>
      <List found={found} groups={groups} rule={rule} onRule={onRule} />
    </>
  );
}

function List({ found, groups, rule, onRule }: Omit<RunsSidebarProps, "keys">) {
  const { list, ids, fields, waiting } = found;
  const { t } = useTranslation();
  const { workspace, project } = useParams({ from: ROUTE });
  const context = useCellContext(workspace, project);
  const follow = useFollowLinks();
  const scroller = useRef<HTMLDivElement>(null);
  const [sorting] = useSorting();
  const sorted = fields.find(({ id }) => id === sorting.id);
  const aside = sorted?.group === "run" || sorted === undefined ? durationOf(fields) : sorted;
  const shown = new Set(shownOf(ids, rule));
  const latest = useRef({ ids, rule, onRule });
  useEffect(() => {
    latest.current = { ids, rule, onRule };
  });
  const [act] = useState<Act>(() => ({
    toggle: (id) => {
      const now = latest.current;
      now.onRule(toggled(now.ids, now.rule, id));
    },
    only: (id) => latest.current.onRule(only(id)),
  }));
  const rows = useVirtualizer({
    count: list.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  const inSight = rows.getVirtualItems().flatMap(({ index }) => list[index]?.run.id ?? []);
  useWanted(found.cells, inSight, aside === undefined ? [] : [aside.id]);
  if (list.length === 0 && waiting) return <div aria-busy className="grow" />;
  if (list.length === 0)
    return <p className="px-3 py-6 text-center text-small text-ink-2">{t("common.noneShort")}</p>;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- clicks of the links inside
    <div
      ref={scroller}
      onClick={follow}
      onPointerLeave={() => hover(null)}
      aria-busy={waiting}
      className={cn("min-h-0 grow overflow-auto", waiting && "opacity-60")}
    >
      <ul
        aria-label={t("project.runs")}
        className="relative"
        style={{ height: rows.getTotalSize() }}
      >
        {rows.getVirtualItems().map(({ index, start }) => {
          const row = list[index];
          return (
            row !== undefined && (
              <Item
                key={row.run.id}
                row={row}
                top={start}
                shown={shown.has(row.run.id)}
                group={groups?.get(row.run.id)}
                aside={aside}
                context={context}
                act={act}
              />
            )
          );
        })}
      </ul>
    </div>
  );
}

function durationOf(fields: FoundList["fields"]): Field | undefined {
  return fields.find(({ id }) => id === "duration");
}

interface Act {
  toggle: (id: string) => void;
  only: (id: string) => void;
}

interface ItemProps {
  row: Row;
  top: number;
  shown: boolean;
  /** Whose colour it has, and whose name stands at the end of the row. */
  group: LineGroup | undefined;
  /** What else stands at the end of the row: what the list is sorted by, else the duration. */
  aside: Field | undefined;
  context: CellContext;
  act: Act;
}

const Item = memo(function Item(props: ItemProps) {
  const { row, top, shown, group, aside, context, act } = props;
  const { t } = useTranslation();
  const { run } = row;
  const lifted = useHighlight(run.id);
  const style = group?.style ?? styleOfRun(run);
  const colours = useSyncExternalStore(onThemeChange, theme);
  const EyeIcon = shown ? Eye : EyeOff;
  return (
    <li
      className={cn(
        "absolute top-0 left-0 flex w-full items-center gap-1.5 pr-2 pl-1.5",
        lifted === "none" ? "hover:bg-accent-soft" : "bg-accent-soft",
        lifted === "held" && "font-semibold",
      )}
      style={{ height: ROW, transform: `translateY(${top}px)` }}
      onPointerEnter={() => shown && hover(run.id)}
      onPointerLeave={() => hover(null)}
    >
      <button
        type="button"
        aria-pressed={shown}
        aria-label={t("project.draw", { name: run.name })}
        title={t("project.eyeHint")}
        onClick={(event) => (event.altKey ? act.only(run.id) : act.toggle(run.id))}
        className={cn(
          "grid size-6 shrink-0 place-items-center rounded",
          shown ? "text-ink-2" : "text-ink-3 opacity-60",
        )}
      >
        <EyeIcon aria-hidden className="size-3.5" />
      </button>
      <button
        type="button"
        aria-pressed={lifted === "held"}
        aria-label={t("project.hold", { name: run.name })}
        title={t("project.holdHint")}
        onClick={() => toggleHeld(run.id)}
        className="grid h-6 w-5 shrink-0 place-items-center rounded"
      >
        <i
          aria-hidden
          className={cn("w-4", !shown && "opacity-30")}
          style={{
            borderTop: `3px ${style.dash.length > 0 ? "dashed" : "solid"} ${strokeIn(style, colours)}`,
          }}
        />
      </button>
      <StateIcon state={run.state} name={context.stateNames[run.state]} />
      <a
        href={context.hrefOf(run)}
        title={run.description === null ? run.name : `${run.name}\n${run.description}`}
        className={cn("min-w-0 grow truncate hover:underline", !shown && "text-ink-2")}
      >
        {run.name}
      </a>
      <span
        className="max-w-[45%] shrink-0 truncate text-small text-ink-3"
        title={group?.name ?? aside?.exact(row)}
      >
        {group?.name ?? aside?.text(row)}
      </span>
    </li>
  );
});

/** The line as charts draw it; a hue is the page's own variable, which follows the theme by itself. */
function strokeIn(style: LineStyle, colours: Theme): string {
  return style.color === undefined ? `var(--run-${style.hue + 1})` : strokeOf(style, colours);
}
