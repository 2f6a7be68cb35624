import { Eye, EyeOff } from "lucide-react";
import { useId, useState, type ComponentProps, type ReactNode } from "react";
import { useTranslation } from "@/i18n";

import { cn } from "@/lib/classes";

import { Button } from "./button";

const box =
  "h-8 w-full rounded border border-line-strong bg-panel px-2.5 text-ink outline-none " +
  "focus:border-accent disabled:bg-sunken disabled:text-ink-2";

export interface FieldProps extends Omit<ComponentProps<"input">, "onChange" | "id"> {
  label: string;
  value: string;
  onChange: (text: string) => void;
  /** What may stand in it, below it. */
  hint?: ReactNode;
}

export interface LineProps extends FieldProps {
  /** Why what stands in it was refused, in place of the hint. */
  wrong?: string | undefined;
}

/** A line to write in, below its label. */
export function Field({ label, hint, wrong, onChange, className, ...rest }: LineProps) {
  const id = useId();
  const said = wrong ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-small text-ink-2">
        {label}
      </label>
      <input
        id={id}
        spellCheck={false}
        autoComplete="off"
        aria-describedby={said === undefined ? undefined : `${id}-hint`}
        aria-invalid={wrong === undefined ? undefined : true}
        {...rest}
        onChange={(event) => onChange(event.target.value)}
        className={cn(box, wrong !== undefined && "border-bad")}
      />
      {said !== undefined && (
        <p
          id={`${id}-hint`}
          role={wrong === undefined ? undefined : "alert"}
          className={cn("mt-1 text-small", wrong === undefined ? "text-ink-3" : "text-bad")}
        >
          {said}
        </p>
      )}
    </div>
  );
}

/** The same for a password, with a button that shows it. */
export function PasswordField({ label, hint, onChange, className, ...rest }: FieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-small text-ink-2">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          required
          spellCheck={false}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          {...rest}
          type={shown ? "text" : "password"}
          onChange={(event) => onChange(event.target.value)}
          className={cn(box, "pr-9")}
        />
        <Button
          look="quiet"
          size="icon"
          aria-label={shown ? t("login.hide") : t("login.show")}
          onClick={() => setShown(!shown)}
          className="absolute right-0.5 bottom-0.5"
        >
          <Icon aria-hidden />
        </Button>
      </div>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1 text-small text-ink-3">
          {hint}
        </p>
      )}
    </div>
  );
}

export interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  /** What can be chosen, with the words for it. */
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
  disabled?: boolean;
  /** The label is for those who do not see where it stands. */
  bare?: boolean;
  className?: string;
}

/** One of a few, below its label. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const { label, value, options, onChange, disabled = false, bare = false, className } = props;
  const id = useId();
  const select = (
    <select
      id={id}
      value={value}
      disabled={disabled}
      aria-label={bare ? label : undefined}
      onChange={(event) => {
        const found = options.find(([one]) => one === event.target.value);
        if (found !== undefined) onChange(found[0]);
      }}
      className={cn(
        "rounded border border-line-strong bg-panel px-1.5 text-ink outline-none focus:border-accent disabled:text-ink-2",
        bare ? "h-7" : "h-8 w-full",
        bare && className,
      )}
    >
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  );
  if (bare) return select;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-small text-ink-2">
        {label}
      </label>
      {select}
    </div>
  );
}
