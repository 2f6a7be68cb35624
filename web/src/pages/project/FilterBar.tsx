import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import type { RunTable } from "@/api/messages";
import { useDebouncedText } from "@/lib/debounce";
import { exactSetting } from "@/lib/format";
import type { Known } from "@/query/complete";
import { FilterBuilder } from "@/query/FilterBuilder";
import { FilterField } from "@/query/FilterField";
import { readQuery } from "@/query/parse";

import type { Row } from "./fields";

const ROUTE = "/@{$workspace}/$project";
/** A question to the server is not asked for every letter. */
const PAUSE = 350;
/** Values offered for a field. */
const MOST = 200;

export interface FilterBarProps {
  /** Configs of the runs are to be offered. */
  onConfigs: () => void;
  keys: RunTable["keys"];
  rows: readonly Row[];
  /** What the server has against the filter. */
  refused: string | undefined;
}

/** What a run says of a field that has names or settings for values. */
function saidOf({ run, config }: Row, field: string): readonly unknown[] {
  if (field === "tags") return run.tags;
  if (field === "name" || field === "id") return [run[field]];
  if (field === "group" || field === "job_type") return [run[field]];
  const path = field.slice("config.".length);
  return field.startsWith("config.") && config.has(path) ? [config.get(path)] : [];
}

function valuesIn(rows: readonly Row[], field: string): string[] {
  const found = new Set<string>();
  for (const row of rows) {
    for (const value of saidOf(row, field))
      if (value !== null && value !== undefined) found.add(exactSetting(value));
    if (found.size >= MOST) break;
  }
  return [...found];
}

/** Which runs are listed, in a line of the language of filters or built from rows. */
export function FilterBar({ keys, rows, refused, onConfigs }: FilterBarProps) {
  const { filter = "" } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const [text, setText] = useDebouncedText(
    filter,
    (next) => {
      if (readQuery(next).error !== null) return; // The last one that could be read goes on.
      void navigate({
        search: (old) => ({ ...old, filter: next.trim() === "" ? undefined : next }),
        replace: true,
      });
    },
    PAUSE,
  );
  const known = useMemo<Known>(() => {
    const paths = new Set<string>();
    for (const { config } of rows) for (const path of config.keys()) paths.add(path);
    return { keys, paths: [...paths], valuesOf: (field) => valuesIn(rows, field) };
  }, [keys, rows]);
  return (
    <div onFocus={onConfigs} onPointerEnter={onConfigs} className="contents">
      <FilterField text={text} onText={setText} known={known} refused={refused}>
        <FilterBuilder text={text} onText={setText} known={known} />
      </FilterField>
    </div>
  );
}
