import { X } from "lucide-react";
import {
  type ChangeEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { useTranslation } from "@/i18n";

import { cn } from "@/lib/classes";

import { complete, type Known } from "./complete";
import { type QueryError, readQuery } from "./parse";

/** Errors show when typing rests: half a filter is no mistake. */
const REST = 700;

export interface FilterFieldProps {
  text: string;
  onText: (text: string) => void;
  known: Known;
  /** What the server has against it, though it reads well. */
  refused?: string | undefined;
  /** Stands before the text. */
  children?: ReactNode;
}

/** The line in which a filter is written: completed while one types, marked where it is wrong. */
export function FilterField({ text, onText, known, refused, children }: FilterFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [error, settled] = useError(text);
  const list = useCompletion(field, text, onText, known);
  const said = settled && error !== null ? errorText(error, t) : refused;
  return (
    <div className="min-w-0">
      <div
        className={cn(
          "relative flex h-7 min-w-0 items-center rounded border bg-sunken pr-1 focus-within:border-accent",
          said === undefined ? "border-line" : "border-bad",
        )}
      >
        {children}
        <div className="relative h-full min-w-0 grow">
          <Mark text={text} error={settled ? error : null} field={field} />
          <input
            ref={field}
            role="combobox"
            aria-label={t("filter.label")}
            aria-expanded={list.open}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={list.active === null ? undefined : `${id}-${list.active}`}
            aria-invalid={said !== undefined}
            aria-describedby={said === undefined ? undefined : `${id}-error`}
            placeholder={t("filter.placeholder")}
            value={text}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            {...list.handlers}
            className="absolute inset-0 h-full w-full bg-transparent px-1 font-mono text-small text-ink outline-none placeholder:font-sans placeholder:text-ink-3"
          />
        </div>
        {text !== "" && (
          <button
            type="button"
            aria-label={t("filter.clear")}
            title={t("filter.clear")}
            onClick={() => onText("")}
            className="grid size-5 shrink-0 place-items-center rounded text-ink-2 hover:bg-line"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        )}
        {list.open && (
          <div
            id={`${id}-list`}
            role="listbox"
            aria-label={t("filter.choices")}
            className="absolute top-full left-0 z-40 mt-1 max-h-64 w-full min-w-56 overflow-auto rounded border border-line-strong bg-panel p-1 shadow-lg shadow-black/10"
          >
            {list.choices.map((choice, index) => (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- keys act on the field
              <div
                key={choice.text}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === list.active}
                // The field keeps the focus.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => list.accept(index)}
                className={cn(
                  "flex h-7 cursor-pointer items-center justify-between gap-3 rounded px-2",
                  index === list.active ? "bg-accent-soft" : "hover:bg-sunken",
                )}
              >
                <span className="truncate font-mono text-small">{choice.text}</span>
                <span className="shrink-0 text-tiny text-ink-3">
                  {t(`filter.kinds.${choice.kind}`)}
                </span>
              </div>
            ))}
          </div>
        )}
      </div>
      {said !== undefined && (
        <p id={`${id}-error`} role="alert" className="pt-1 text-small break-words text-bad">
          {said}
        </p>
      )}
    </div>
  );
}

type Translate = ReturnType<typeof useTranslation>["t"];

function errorText({ code, what, of, at }: QueryError, t: Translate): string {
  return t(`filter.error.${code}`, { what, field: of, place: at + 1 });
}

/** What is wrong with the text, and whether its writer has come to rest. */
function useError(text: string): [QueryError | null, boolean] {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST);
    return () => clearTimeout(timer);
  }, [text]);
  return [readQuery(text).error, rested === text];
}

interface MarkProps {
  text: string;
  error: QueryError | null;
  field: RefObject<HTMLInputElement | null>;
}

/** A line under what is wrong, drawn behind the field and scrolled with it. */
function Mark({ text, error, field }: MarkProps) {
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const input = field.current;
    if (input === null) return undefined;
    const follow = () => {
      if (layer.current !== null) layer.current.scrollLeft = input.scrollLeft;
    };
    follow();
    input.addEventListener("scroll", follow);
    return () => input.removeEventListener("scroll", follow);
  });
  if (error === null) return null;
  const wrong = text.slice(error.at, error.end) || "  ";
  return (
    <div
      ref={layer}
      aria-hidden
      className="pointer-events-none absolute inset-0 flex items-center overflow-hidden px-1 font-mono text-small whitespace-pre text-transparent"
    >
      <span>{text.slice(0, error.at)}</span>
      <span
        data-wrong
        className="bg-bad/15 underline decoration-bad decoration-wavy underline-offset-2"
      >
        {wrong}
      </span>
    </div>
  );
}

/** What could be written at the cursor, chosen by arrow keys or a click. */
function useCompletion(
  field: RefObject<HTMLInputElement | null>,
  text: string,
  onText: (text: string) => void,
  known: Known,
) {
  const [cursor, setCursor] = useState<number | null>(null);
  const [active, setActive] = useState<number | null>(null);
  const place = useRef<number | null>(null);
  const found = cursor === null ? null : complete(text, Math.min(cursor, text.length), known);
  const choices = found?.choices ?? [];
  useEffect(() => {
    if (place.current === null) return;
    field.current?.setSelectionRange(place.current, place.current);
    place.current = null;
  });
  const close = () => {
    setCursor(null);
    setActive(null);
  };
  const look = () => {
    setCursor(field.current?.selectionStart ?? text.length);
    setActive(null);
  };
  const accept = (index: number) => {
    const choice = choices[index];
    if (found === null || choice === undefined) return;
    const rest = text.slice(found.to);
    const before = text.slice(0, found.from) + choice.text + (rest.startsWith(" ") ? "" : " ");
    place.current = before.length + (rest.startsWith(" ") ? 1 : 0);
    onText(before + rest);
    setCursor(place.current);
    setActive(null);
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const open = choices.length > 0;
    const chosen = event.key === "Enter" || event.key === "Tab";
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) setActive(next(active, choices.length, event.key === "ArrowDown" ? 1 : -1));
      else look();
    } else if (chosen && open && active !== null && !event.shiftKey) {
      event.preventDefault();
      accept(active);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      close();
    } else if (event.key === "Escape") event.currentTarget.blur();
    else if (event.key === "Enter") close();
  };
  return {
    choices,
    open: choices.length > 0,
    active,
    accept,
    handlers: {
      onChange: (event: ChangeEvent<HTMLInputElement>) => {
        onText(event.target.value);
        setCursor(event.target.selectionStart ?? event.target.value.length);
        setActive(null);
      },
      onKeyDown: press,
      onFocus: look,
      onClick: look,
      onBlur: close,
    },
  };
}

function next(active: number | null, count: number, by: number): number {
  if (active === null) return by > 0 ? 0 : count - 1;
  return (active + by + count) % count;
}
