import { cn } from "@/lib/classes";

/** A grey bar where text will stand. Hidden from readers: the region around it says it is busy. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn("block h-3 rounded bg-line", className)} />;
}
