import { Dialog as Base } from "@base-ui/react/dialog";
import { ChevronDown, ChevronUp, Download, GitCompareArrows, X } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "@/i18n";

import { useCommand } from "@/app/shortcuts";
import type { MediaEntry } from "@/api/messages";
import { Button, buttonClass } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { floating } from "@/components/ui/menu";
import { cn } from "@/lib/classes";

import { blobUrl } from "./bytes";
import { CompareBar, otherThan } from "./CompareBar";
import { ItemView } from "./ItemView";
import { useKind } from "./kinds";
import { NotReady } from "./NotReady";
import { type PanelSpec, placeOf } from "./panels";
import { readyPictures } from "./pictures";
import { StepSlider } from "./StepSlider";
import { type PanelSteps, type RowSteps, useEntries, usePrefetch, useSteps } from "./useMedia";
import { moveTo, type Opened, stepOf, useView, useViewStore } from "./view";
import type { ItemViewerProps } from "./viewer";

/** One item as large as the window, with the steps of its series, alone or beside another one. */
export default function MediaDialog({ panels }: { panels: readonly PanelSpec[] }) {
  const store = useViewStore();
  const open = useView((view) => view.open);
  const popup = useRef<HTMLDivElement>(null);
  const spec = panels.find(({ key }) => key === open?.key);
  const close = () => store.setState({ open: undefined });
  return (
    <Base.Root
      open={open !== undefined && spec !== undefined}
      onOpenChange={(next) => !next && close()}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-black/30" />
        <Base.Popup
          ref={popup}
          // Not the slider, to which the arrow keys would belong.
          initialFocus={popup}
          className={cn(floating, "fixed inset-4 z-50 flex flex-col gap-2 p-3 max-sm:inset-0")}
        >
          {open && spec && <Large key={open.key} spec={spec} open={open} />}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** What is seen of a row: the entry at the step, and which of its items. */
export interface Seen {
  entry: MediaEntry;
  place: number;
  props: Omit<ItemViewerProps, "full">;
}

interface SeenState {
  seen: Seen | null;
  /** Null: nothing is there, or not yet. */
  waiting: boolean;
  error: unknown;
  retry: () => void;
}

const NOBODY: RowSteps[] = [];

/** The item of a row at a step, once it is there. */
function useSeen(row: RowSteps | undefined, at: number | undefined, item: number): SeenState {
  const { rows, error, retry } = useEntries(row ? [row] : NOBODY, at);
  const [found] = rows;
  const entry = found?.entries?.at(-1);
  const place = Math.min(item, (entry?.items.length ?? 1) - 1);
  const one = entry?.items[place];
  const seen =
    found && entry && one
      ? { entry, place, props: { source: found.source, step: entry.step, item: one } }
      : null;
  return { seen, waiting: found?.entries === null, error, retry };
}

function rowOf(steps: PanelSteps, { run, rank }: { run: string; rank: number }) {
  return steps.rows.find(({ row }) => row.source.run === run && row.source.rank === rank);
}

function Large({ spec, open }: { spec: PanelSpec; open: Opened }) {
  const { key } = spec;
  const { t } = useTranslation();
  const store = useViewStore();
  const steps = useSteps(spec.rows);
  const at = useView((view) => stepOf(view, key));
  const row = rowOf(steps, open);
  const first = useSeen(row, at, open.item);
  const { other } = open;
  const second = useSeen(other && rowOf(steps, other), other?.step ?? at, other?.item ?? 0);
  const all = steps.all ?? NO_STEPS;
  const place = at === undefined ? all.length - 1 : placeOf(all, at);
  usePrefetch(row ? [row] : NOBODY, place, all, readyPictures);
  const move = (to: number) =>
    moveTo(store, key, to >= all.length - 1 ? undefined : all[Math.max(0, to)]);
  useCommand("stepOn", () => move(place + 1));
  useCommand("stepBack", () => move(place - 1));
  const turn = useTurn(spec, open, first.seen);
  useCommand("nextItem", turn && (() => turn(1)));
  useCommand("previousItem", turn && (() => turn(-1)));
  const compare = () =>
    store.setState({
      open: other ? plain(open) : { ...open, other: otherThan(open, steps, at, first.seen) },
    });
  return (
    <>
      <Head spec={spec} open={open} seen={first.seen} turn={turn} onCompare={compare} />
      {other && (
        <CompareBar open={open} steps={steps} at={at} seen={second.seen} kind={spec.kind} />
      )}
      <Stage open={open} kind={spec.kind} first={first} second={second} />
      <Legends spec={spec} seen={[first.seen, second.seen]} />
      <StepSlider
        label={key}
        steps={all}
        at={at}
        onMove={(step) => moveTo(store, key, step)}
        className="shrink-0"
      />
      <p className="text-tiny text-ink-3 max-sm:hidden">{t("media.hint")}</p>
    </>
  );
}

const NO_STEPS: readonly number[] = [];

function plain({ key, run, rank, item }: Opened): Opened {
  return { key, run, rank, item };
}

/** How to go to the next item, or to the items of the next run; null: there is only one. */
function useTurn(spec: PanelSpec, open: Opened, seen: Seen | null): ((way: 1 | -1) => void) | null {
  const store = useViewStore();
  const count = seen?.entry.items.length ?? 1;
  if (count < 2 && spec.rows.length < 2) return null;
  return (way) => {
    const item = Math.min(open.item, count - 1) + way;
    if (item >= 0 && item < count) {
      store.setState({ open: { ...open, item } });
      return;
    }
    const rows = spec.rows.map(({ source }) => source);
    const at = rows.findIndex(({ run, rank }) => run === open.run && rank === open.rank);
    const next = rows[(at + way + rows.length) % rows.length];
    if (next === undefined) return;
    const { run, rank } = next;
    // Going back enters the items of a run at their end.
    store.setState({ open: { ...open, run, rank, item: way === 1 ? 0 : spec.most - 1 } });
  };
}

interface HeadProps {
  spec: PanelSpec;
  open: Opened;
  seen: Seen | null;
  turn: ((way: 1 | -1) => void) | null;
  onCompare: () => void;
}

function Head({ spec, open, seen, turn, onCompare }: HeadProps) {
  const { t } = useTranslation();
  const source = spec.rows.find(
    (one) => one.source.run === open.run && one.source.rank === open.rank,
  )?.source;
  const caption = seen?.props.item.caption ?? null;
  return (
    <header className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1">
      <Base.Title className="max-w-full min-w-0 truncate text-title font-semibold" title={spec.key}>
        {spec.key}
      </Base.Title>
      {source && (
        <span className="flex min-w-0 items-center gap-1.5 text-small text-ink-2">
          <span aria-hidden className="h-0.5 w-3 shrink-0" style={{ background: source.color }} />
          <span className="truncate">{source.runName}</span>
          {source.rank > 0 && <span>{t("charts.rank", { rank: source.rank })}</span>}
        </span>
      )}
      {caption !== null && (
        <span className="max-h-10 min-w-0 overflow-y-auto text-small break-words">{caption}</span>
      )}
      <div className="grow" />
      {turn && (
        <span className="flex items-center text-small text-ink-2">
          {seen && t("media.itemPlace", { number: seen.place + 1, count: seen.entry.items.length })}
          <IconButton label={t("shortcuts.do.previousItem")} onClick={() => turn(-1)}>
            <ChevronUp aria-hidden />
          </IconButton>
          <IconButton label={t("shortcuts.do.nextItem")} onClick={() => turn(1)}>
            <ChevronDown aria-hidden />
          </IconButton>
        </span>
      )}
      <Button
        look={open.other ? "plain" : "quiet"}
        aria-pressed={open.other !== undefined}
        onClick={onCompare}
      >
        <GitCompareArrows aria-hidden />
        {t("media.compare")}
      </Button>
      {seen && <Save seen={seen} />}
      <Base.Close
        aria-label={t("common.close")}
        className={cn(buttonClass("quiet", "icon"), "size-6")}
      >
        <X aria-hidden />
      </Base.Close>
    </header>
  );
}

function Save({ seen }: { seen: Seen }) {
  const { t } = useTranslation();
  const { source, item } = seen.props;
  if (item.digest === null) return null;
  const label = t("charts.download");
  const name = `${source.key.replaceAll(/[^\w.-]+/g, "-")}-${seen.entry.step}-${seen.place + 1}.${item.format}`;
  return (
    <a
      href={blobUrl(source, item.digest)}
      download={name}
      aria-label={label}
      title={label}
      className={cn(buttonClass("quiet", "icon"), "size-6")}
    >
      <Download aria-hidden />
    </a>
  );
}

interface StageProps {
  open: Opened;
  kind: string;
  first: SeenState;
  second: SeenState;
}

/** The item, or two of them in one of the ways that their kind can be compared. */
function Stage({ open, kind, first, second }: StageProps) {
  const { data: viewer } = useKind(kind);
  const how = open.how ?? "side";
  const both = first.seen && second.seen && first.seen.entry.kind === second.seen.entry.kind;
  const area = "min-h-0 min-w-0 grow overflow-auto";
  if (open.other === undefined)
    return (
      <div className={area}>
        <One state={first} />
      </div>
    );
  if (both && first.seen && second.seen && viewer?.Pair?.ways.includes(how))
    return (
      <div className={area}>
        <viewer.Pair.View first={first.seen.props} second={second.seen.props} how={how} />
      </div>
    );
  return (
    <div className="grid min-h-0 grow grid-cols-2 gap-2 max-sm:grid-cols-1">
      <div className={area}>
        <One state={first} />
      </div>
      <div className={area}>
        <One state={second} />
      </div>
    </div>
  );
}

function One({ state }: { state: SeenState }) {
  const { t } = useTranslation();
  const { seen, waiting, error, retry } = state;
  if (seen) return <ItemView kind={seen.entry.kind} {...seen.props} full />;
  if (error !== null) return <NotReady held={{ state: "failed", error, retry }} />;
  if (waiting) return <NotReady held={{ state: "loading" }} />;
  return (
    <p className="grid h-full place-items-center text-center text-ink-2">{t("media.noneYet")}</p>
  );
}

function Legends({ spec, seen }: { spec: PanelSpec; seen: readonly (Seen | null)[] }) {
  const { data: viewer } = useKind(spec.kind);
  const items = seen.flatMap((one) => (one === null ? [] : one.props.item));
  if (viewer?.Legend === undefined) return null;
  return (
    <div className="max-h-24 shrink-0 overflow-y-auto empty:hidden">
      <viewer.Legend name={spec.key} items={items} />
    </div>
  );
}
