import type { ReactNode } from "react";

export function Tag({ children }: { children: ReactNode }) {
  return (
    <span className="max-w-40 shrink-0 truncate rounded-full border border-line-strong px-2 text-tiny leading-[17px] text-ink-2">
      {children}
    </span>
  );
}
