import { Dialog as Base } from "@base-ui/react/dialog";
import { Box, ChartLine, Command, FolderOpen, Search, Settings, Users } from "lucide-react";
import {
  type KeyboardEvent,
  useDeferredValue,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "@/i18n";

import { floating } from "@/components/ui/menu";
import { Keys } from "@/components/ui/keys";
import { cn } from "@/lib/classes";

import { findItems, type FoundGroup, type Item } from "./finding";
import { usePaletteItems } from "./usePaletteItems";

const ICONS = {
  command: Command,
  run: Box,
  metric: ChartLine,
  project: FolderOpen,
  workspace: Users,
  settings: Settings,
};

/** Everything one can go to or do from here, found by typing. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const left = useRef(false);
  const choose = (item: Item) => {
    left.current = true;
    onClose();
    // After the dialog has let go of the focus, which the command may want elsewhere.
    setTimeout(item.go);
  };
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-black/30" />
        <Base.Popup
          initialFocus={field}
          finalFocus={() => !left.current}
          className={cn(
            floating,
            "fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[600px] max-w-[calc(100vw-16px)] -translate-x-1/2 flex-col",
          )}
        >
          <Base.Title className="sr-only">{t("palette.title")}</Base.Title>
          <Finder field={field} onChoose={choose} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface FinderProps {
  field: React.RefObject<HTMLInputElement | null>;
  onChoose: (item: Item) => void;
}

/** The field and its list: a combobox whose list is always open (WAI-ARIA 1.2). */
function Finder({ field, onChoose }: FinderProps) {
  const { t } = useTranslation();
  const list = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const { items, waiting } = usePaletteItems();
  const query = useDeferredValue(text);
  const groups = useMemo(() => findItems(items, query), [items, query]);
  const flat = useMemo(() => groups.flatMap((group) => group.items), [groups]);
  const current = flat[Math.min(at, flat.length - 1)];
  const idOf = (item: Item) => `${list} ${item.id}`.replaceAll(/\s/g, "_");
  useEffect(() => {
    if (current) document.getElementById(idOf(current))?.scrollIntoView({ block: "nearest" });
  });
  const press = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const move = moves[event.key];
    if (event.nativeEvent.isComposing) return;
    if (move !== undefined && flat.length > 0) {
      event.preventDefault();
      const next = Math.min(at, flat.length - 1) + move;
      const around = Math.abs(move) === 1 ? (next + flat.length) % flat.length : next;
      setAt(Math.max(0, Math.min(flat.length - 1, around)));
    } else if (event.key === "Enter" && current) {
      event.preventDefault();
      // What was typed last may not have been searched for yet.
      const [first] = findItems(items, text, 1);
      onChoose(text === query ? current : (first?.items[0] ?? current));
    }
  };
  const found = flat.length + groups.reduce((sum, { more }) => sum + more, 0);
  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Search aria-hidden className="size-4 shrink-0 text-ink-3" />
        <input
          ref={field}
          type="text"
          role="combobox"
          aria-label={t("palette.label")}
          aria-expanded="true"
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={current && idOf(current)}
          placeholder={t("palette.label")}
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
          className="h-11 w-full min-w-0 bg-transparent text-ink outline-none placeholder:text-ink-3"
        />
      </div>
      <div
        id={list}
        role="listbox"
        aria-label={t("palette.title")}
        aria-busy={waiting}
        className="min-h-0 grow overflow-auto overscroll-contain p-1.5 empty:p-0"
      >
        {groups.map((group) => (
          <Group key={group.kind} group={group} current={current} idOf={idOf} onChoose={onChoose} />
        ))}
      </div>
      <p role="status" className={found > 0 ? "sr-only" : "px-4 py-3 text-ink-2"}>
        {found > 0 ? t("palette.count", { count: found }) : !waiting && t("common.noneShort")}
      </p>
      <p className="flex shrink-0 gap-4 border-t border-line px-3 py-1.5 text-tiny text-ink-2 max-sm:hidden">
        {t("palette.hint")}
      </p>
    </>
  );
}

interface GroupProps {
  group: FoundGroup;
  current: Item | undefined;
  idOf: (item: Item) => string;
  onChoose: (item: Item) => void;
}

function Group({ group, current, idOf, onChoose }: GroupProps) {
  const { t } = useTranslation();
  const Icon = ICONS[group.kind];
  const name = useId();
  return (
    <div role="group" aria-labelledby={name} className="pb-1">
      <div id={name} role="presentation" className="px-2 py-1 text-small text-ink-2">
        {t(`palette.in.${group.kind}`)}
        {group.more > 0 && ` · ${t("common.more", { count: group.more })}`}
      </div>
      {group.items.map((item) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the keys are the field's, which names this option
        <div
          key={item.id}
          id={idOf(item)}
          role="option"
          aria-selected={item === current}
          onClick={() => onChoose(item)}
          className={cn(
            "flex min-h-8 cursor-pointer items-center gap-2.5 rounded px-2 select-none hover:bg-sunken",
            item === current && "bg-accent-soft hover:bg-accent-soft",
          )}
        >
          <Icon aria-hidden className="size-3.5 shrink-0 text-ink-2" />
          <span className="truncate">{item.label}</span>
          {item.aside !== undefined && (
            <span className="min-w-0 shrink truncate text-small text-ink-2">{item.aside}</span>
          )}
          <span className="grow" />
          {item.keys?.[0] !== undefined && <Keys keys={item.keys[0]} />}
        </div>
      ))}
    </div>
  );
}
