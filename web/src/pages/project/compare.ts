/** Runs side by side: a row for each thing that can be said of them, marked where they differ. */

import { exactSetting, exactValue, formatSetting, formatValue } from "@/lib/format";

import type { Row } from "./fields";
import type { Value } from "./stats";

export interface CompareRow {
  id: string;
  group: "run" | "config" | "last";
  label: string;
  cells: { text: string; exact: string }[];
  differs: boolean;
}

const NONE = { text: "", exact: "" };

function rowOf(group: CompareRow["group"], label: string, cells: CompareRow["cells"]): CompareRow {
  const differs = cells.some(({ exact }) => exact !== cells[0]?.exact);
  return { id: `${group}.${label}`, group, label, cells, differs };
}

/**
 * All rows about these runs: tags, group and the like, then config, then last values. `cells` has
 * those of the runs by key.
 */
export function compareRuns(
  runs: readonly Row[],
  keys: readonly string[],
  cells: readonly (readonly Value[])[],
): CompareRow[] {
  const paths = new Set(runs.flatMap(({ config }) => [...config.keys()]));
  const said = (label: string, tell: (row: Row) => string | null) =>
    rowOf(
      "run",
      label,
      runs.map((row) => ({ text: tell(row) ?? "", exact: tell(row) ?? "" })),
    );
  return [
    said("description", ({ run }) => run.description),
    said("tags", ({ run }) => run.tags.join(", ")),
    said("group", ({ run }) => run.group),
    said("jobType", ({ run }) => run.job_type),
    ...[...paths].map((path) =>
      rowOf(
        "config",
        path,
        runs.map(({ config }) =>
          config.has(path)
            ? { text: formatSetting(config.get(path)), exact: exactSetting(config.get(path)) }
            : NONE,
        ),
      ),
    ),
    ...keys.flatMap((key, i) => {
      const shown = runs.map((_, run) => {
        const last = cells[i]?.[run] ?? null;
        return last === null ? NONE : { text: formatValue(last), exact: exactValue(last) };
      });
      return shown.every((cell) => cell === NONE) ? [] : [rowOf("last", key, shown)];
    }),
  ].filter((row) => row.group !== "run" || row.cells.some(({ exact }) => exact !== ""));
}
