import { ChevronRight } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { CopyButton } from "@/components/CopyButton";
import { cn } from "@/lib/classes";
import { flatten, isObject } from "@/lib/flatten";
import { exactSetting, formatSetting } from "@/lib/format";
import { parseSearch } from "@/lib/search";

/** Branches of a tree with more leaves than this begin folded. */
const MANY = 120;

function Leaf({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  return (
    <div className="group flex min-h-7 items-start gap-3 border-b border-line px-3 py-1 hover:bg-accent-soft">
      <span
        className="w-2/5 shrink-0 break-words text-ink-2"
        style={{ paddingLeft: depth * 14 }}
        title={name}
      >
        {name}
      </span>
      <span
        title={exactSetting(value)}
        className={cn("min-w-0 grow break-words", value === null && "text-ink-3")}
      >
        {formatSetting(value)}
      </span>
      <CopyButton
        text={exactSetting(value)}
        className="-my-0.5 h-6 opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
      />
    </div>
  );
}

interface BranchProps {
  entries: Record<string, unknown>;
  depth: number;
  open: boolean;
}

function Branch({ entries, depth, open }: BranchProps) {
  return Object.entries(entries).map(([name, value]) =>
    isObject(value) && Object.keys(value).length > 0 ? (
      <details key={name} open={open} className="group/branch">
        <summary className="flex min-h-7 cursor-pointer list-none items-center gap-1 border-b border-line px-3 py-1 font-medium hover:bg-accent-soft">
          <ChevronRight
            aria-hidden
            style={{ marginLeft: depth * 14 - 4 }}
            className="size-3.5 shrink-0 text-ink-3 [[open]>summary>&]:rotate-90"
          />
          {name}
        </summary>
        <Branch entries={value} depth={depth + 1} open={open} />
      </details>
    ) : (
      <Leaf key={name} name={name} value={value} depth={depth} />
    ),
  );
}

export interface ValueTreeProps {
  value: Record<string, unknown>;
  /** Searched in paths and values; what matches is listed flat, under its whole path. */
  query?: string;
}

/** Nested values to read, fold, search and copy. */
export function ValueTree({ value, query = "" }: ValueTreeProps) {
  const { t } = useTranslation();
  const flat = useMemo(() => [...flatten(value)], [value]);
  if (query === "") return <Branch entries={value} depth={0} open={flat.length <= MANY} />;
  const { matches } = parseSearch(query);
  const found = flat.filter(([path, leaf]) => matches(`${path}=${exactSetting(leaf)}`));
  if (found.length === 0)
    return <p className="px-3 py-3 text-ink-2">{t("common.none", { query })}</p>;
  return found.map(([path, leaf]) => <Leaf key={path} name={path} value={leaf} depth={0} />);
}
