import type { ReactNode } from "react";

import { cn } from "@/lib/classes";

import { buttonClass } from "./button";

interface IconButtonProps {
  label: string;
  onClick: () => void;
  /** It is switched on; missing: it is no switch. */
  pressed?: boolean;
  disabled?: boolean;
  className?: string;
  children: ReactNode;
}

/** A small button that is a picture; its words are shown when it is pointed at. */
export function IconButton(props: IconButtonProps) {
  const { label, onClick, pressed, disabled = false, className, children } = props;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
      className={cn(
        buttonClass("quiet", "icon"),
        "size-6",
        pressed === true && "bg-accent-soft text-accent",
        className,
      )}
    >
      {children}
    </button>
  );
}
