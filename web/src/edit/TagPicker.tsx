import { useMemo, useState, type KeyboardEvent } from "react";
import { useTranslation } from "@/i18n";

import { Checkbox } from "@/components/ui/checkbox";

export interface TagPickerProps {
  /** Tags in use in the project, for choosing. */
  known: readonly string[];
  /** The tags of each run that is edited. */
  of: readonly (readonly string[])[];
  onAdd: (tag: string) => void;
  onRemove: (tag: string) => void;
}

/** Longest list that is shown; the rest is found by typing. */
const MOST = 50;

/** A box to write a tag in, over the tags there are. */
export function TagPicker({ known, of, onAdd, onRemove }: TagPickerProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const counts = useMemo(() => {
    const found = new Map<string, number>();
    for (const tag of of.flat()) found.set(tag, (found.get(tag) ?? 0) + 1);
    return found;
  }, [of]);
  // In an order that stays while boxes are ticked.
  const [first] = useState(() => new Set(counts.keys()));
  const tag = text.trim();
  const all = [...new Set([...first, ...known, ...counts.keys()])];
  const listed = all.filter((one) => one.toLowerCase().includes(tag.toLowerCase())).slice(0, MOST);
  const add = (wanted: string) => {
    onAdd(wanted);
    setText("");
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (tag !== "") add(tag);
  };
  return (
    <div className="flex w-64 max-w-[90vw] flex-col">
      <input
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
        autoFocus
        value={text}
        maxLength={256}
        aria-label={t("edit.newTag")}
        placeholder={t("edit.newTag")}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
        className="h-8 w-full border-b border-line bg-transparent px-2.5 outline-none placeholder:text-ink-3"
      />
      <div className="max-h-72 overflow-auto p-1 empty:hidden">
        {listed.map((one) => {
          const count = counts.get(one) ?? 0;
          const whole = count === of.length;
          return (
            <Checkbox key={one} checked={whole} onChange={() => (whole ? onRemove(one) : add(one))}>
              <span className="min-w-0 grow truncate">{one}</span>
              {count > 0 && of.length > 1 && (
                <span className="text-tiny text-ink-3">
                  {t("edit.ofRuns", { count, total: of.length })}
                </span>
              )}
            </Checkbox>
          );
        })}
        {tag !== "" && !all.includes(tag) && (
          <button
            type="button"
            onClick={() => add(tag)}
            className="flex min-h-7 w-full items-center rounded px-2 text-left hover:bg-accent-soft"
          >
            {t("edit.addTag", { tag })}
          </button>
        )}
      </div>
    </div>
  );
}
