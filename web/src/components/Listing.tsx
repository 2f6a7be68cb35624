import type { ReactNode } from "react";

import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/classes";

export interface Column {
  label: string;
  /** Width of the column, or where it is left out. */
  className?: string;
  /** Its words are for those who cannot see what stands below. */
  silent?: boolean;
}

export interface ListingProps {
  label: string;
  columns: readonly Column[];
  /** The rows; undefined while they are on their way. */
  children: ReactNode[] | undefined;
  /** Said in place of no rows. */
  empty: string;
}

/** Class names of a cell of a listing. */
export const cell = "h-9 min-w-0 px-3 py-1 align-middle max-sm:px-2";

/** A small table of things that belong to somebody. */
export function Listing({ label, columns, children, empty }: ListingProps) {
  if (children?.length === 0) return <p className="px-3 py-4 text-ink-2">{empty}</p>;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
    <div tabIndex={0} role="group" aria-label={label} className="overflow-x-auto">
      <table aria-label={label} aria-busy={children === undefined} className="w-full">
        <thead>
          <tr className="border-b border-line">
            {columns.map(({ label: words, className, silent }) => (
              <th
                key={words}
                className={cn(
                  "h-8 px-3 text-left text-small font-normal whitespace-nowrap text-ink-2 max-sm:px-2",
                  className,
                )}
              >
                <span className={silent ? "sr-only" : undefined}>{words}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {children ??
            [0, 1, 2].map((row) => (
              <tr key={row}>
                {columns.map(({ label: words, className }) => (
                  <td key={words} className={cn(cell, className)}>
                    <Skeleton className="w-20" />
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
