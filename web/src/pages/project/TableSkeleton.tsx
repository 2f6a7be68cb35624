import { Skeleton } from "@/components/ui/skeleton";

/** The runs table before its answer: the same heights, so that nothing moves. */
export function TableSkeleton() {
  return (
    <div aria-busy className="flex min-h-0 grow flex-col overflow-hidden">
      <div className="flex items-center gap-3 border-b border-line bg-panel px-3.5 py-2">
        <Skeleton className="h-7 w-80 max-w-full" />
      </div>
      <div className="h-11 shrink-0 border-b border-line-strong bg-panel" />
      {Array.from({ length: 24 }, (_, index) => (
        <div
          key={index}
          className="flex h-(--row) shrink-0 items-center gap-8 border-b border-line bg-panel px-3.5"
        >
          <Skeleton className="w-44 shrink-0" />
          <Skeleton className="w-20 shrink-0" />
          <Skeleton className="w-24 shrink-0" />
          <Skeleton className="w-16 shrink-0" />
        </div>
      ))}
    </div>
  );
}
