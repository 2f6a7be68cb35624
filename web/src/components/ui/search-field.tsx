import { Search, X } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";
import { useTranslation } from "@/i18n";

import { cn } from "@/lib/classes";

export interface SearchFieldProps {
  value: string;
  onChange: (text: string) => void;
  label: string;
  invalid?: boolean;
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
  className?: string;
  children?: ReactNode;
}

/** A box to search with; Escape empties it, and leaves it when it is empty. `invalid` says that a regular expression is broken. */
export function SearchField(props: SearchFieldProps) {
  const { value, onChange, label, invalid = false, onKeyDown, className, children } = props;
  const { t } = useTranslation();
  return (
    <div
      title={invalid ? t("common.badRegex") : undefined}
      className={cn(
        "flex h-7 min-w-0 items-center gap-2 rounded border bg-sunken pr-1 pl-2 focus-within:border-accent",
        invalid ? "border-warn" : "border-line",
        className,
      )}
    >
      <Search aria-hidden className="size-3.5 shrink-0 text-ink-3" />
      <input
        type="search"
        value={value}
        aria-label={label}
        aria-invalid={invalid}
        placeholder={label}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            if (value === "") event.currentTarget.blur();
            else {
              event.stopPropagation();
              onChange("");
            }
          }
          onKeyDown?.(event);
        }}
        className="h-full w-full min-w-0 bg-transparent text-ellipsis text-ink outline-none placeholder:text-ink-3 [&::-webkit-search-cancel-button]:hidden"
      />
      {children}
      {value !== "" && (
        <button
          type="button"
          aria-label={t("common.clear")}
          onClick={() => onChange("")}
          className="grid size-5 shrink-0 place-items-center rounded text-ink-2 hover:bg-line"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  );
}
