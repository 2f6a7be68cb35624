import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { cn } from "@/lib/classes";

export interface PageProps {
  title: ReactNode;
  /** Beside the title. */
  tools?: ReactNode;
  /** Below the title: its tabs. */
  tabs?: ReactNode;
  children: ReactNode;
}

/** A page of settings or lists: a title, what belongs beside it, panels below each other. */
export function Page({ title, tools, tabs, children }: PageProps) {
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-3 px-4 py-4 max-sm:px-2">
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 truncate text-title font-semibold">{title}</h1>
        <div className="grow" />
        {tools}
      </div>
      {tabs}
      {children}
    </div>
  );
}

export interface TabLinksProps<T extends string> {
  label: string;
  tabs: readonly { id: T; label: string; count?: number }[];
  current: T;
}

/** The parts of a page, each with an address of its own: `?tab=`; the first has none. */
export function TabLinks<T extends string>({ label, tabs, current }: TabLinksProps<T>) {
  return (
    <nav aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
      {tabs.map(({ id, label: words, count }, index) => (
        <Link
          key={id}
          to="."
          search={index === 0 ? {} : { tab: id }}
          aria-current={id === current ? "page" : undefined}
          className={cn(
            "-mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-2.5",
            id === current
              ? "border-accent font-semibold"
              : "border-transparent text-ink-2 hover:text-ink",
          )}
        >
          {words}
          {count !== undefined && count > 0 && (
            <span className="rounded-full bg-accent-soft px-1.5 text-tiny font-normal text-ink">
              {count}
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
