import { Ban, Check, CircleDashed, X, type LucideIcon } from "lucide-react";
import { useTranslation } from "@/i18n";

import type { State } from "@/api/messages";
import { cn } from "@/lib/classes";

function Dot({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 14 14" aria-hidden className={className}>
      <circle cx="7" cy="7" r="4" fill="currentColor" />
    </svg>
  );
}

const MARKS: Record<State, { icon: LucideIcon | typeof Dot; colour: string }> = {
  running: { icon: Dot, colour: "text-live" },
  finished: { icon: Check, colour: "text-ok" },
  crashed: { icon: X, colour: "text-bad" },
  aborted: { icon: Ban, colour: "text-ink-2" },
  unresponsive: { icon: CircleDashed, colour: "text-warn" },
};

export interface StateMarkProps {
  state: State;
  /** Write the word too; else it is the mark's name for readers and on hover. */
  word?: boolean;
  className?: string;
}

/** The mark with its `name` given: for tables, where a hook per row would be felt. */
export function StateIcon({
  state,
  name,
  word = false,
  className,
}: StateMarkProps & { name: string }) {
  const { icon: Icon, colour } = MARKS[state];
  return (
    <span
      title={word ? undefined : name}
      className={cn("inline-flex items-center gap-1 align-middle", colour, className)}
    >
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {word ? <span>{name}</span> : <span className="sr-only">{name}</span>}
    </span>
  );
}

/** State of a run: a shape and a colour. */
export function StateMark(props: StateMarkProps) {
  const { t } = useTranslation();
  return <StateIcon {...props} name={t(`state.${props.state}`)} />;
}
