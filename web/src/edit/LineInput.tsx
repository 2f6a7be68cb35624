import { useEffect, useRef, type KeyboardEvent } from "react";

import { cn } from "@/lib/classes";

export interface LineInputProps {
  value: string;
  label: string;
  /** What it is now, when it was changed; null when it was not. Called once. */
  onDone: (text: string | null) => void;
  /** A line break can be written, with Shift and Enter. */
  lines?: boolean;
  required?: boolean;
  maxLength?: number;
  className?: string;
}

/** A text edited in its place: Enter or leaving saves, Escape does not. */
export function LineInput(props: LineInputProps) {
  const { value, label, onDone, lines = false, required = false, maxLength = 256 } = props;
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const over = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const end = (save: boolean) => {
    if (over.current) return;
    over.current = true;
    const text = field.current?.value.trim() ?? value;
    onDone(save && text !== value && !(required && text === "") ? text : null);
  };
  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return; // Enter ends the spelling of a Chinese word.
    if (event.key === "Escape") end(false);
    else if (event.key === "Enter" && !(lines && event.shiftKey)) {
      event.preventDefault();
      end(true);
    }
  };
  const Field = lines ? "textarea" : "input";
  return (
    <Field
      ref={field}
      defaultValue={value}
      aria-label={label}
      maxLength={maxLength}
      spellCheck={false}
      autoComplete="off"
      {...(lines && { rows: 1 })}
      onKeyDown={press}
      onBlur={() => end(true)}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      className={cn(
        "min-w-0 grow resize-none rounded border border-accent bg-panel px-1 text-ink outline-none",
        props.className,
      )}
    />
  );
}
