import type { ReactNode } from "react";

import { cn } from "@/lib/classes";

export interface PanelProps {
  title: string;
  /** At the right of the title: a count, a search box. */
  tools?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A bordered part of a page with a heading. */
export function Panel({ title, tools, className, children }: PanelProps) {
  return (
    <section
      aria-label={title}
      className={cn("min-w-0 rounded border border-line bg-panel", className)}
    >
      <div className="flex min-h-10 items-center gap-2 border-b border-line px-3 py-1">
        <h2 className="shrink-0 font-semibold">{title}</h2>
        <div className="grow" />
        {tools}
      </div>
      {children}
    </section>
  );
}
