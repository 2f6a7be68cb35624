import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useId, useMemo } from "react";
import { useTranslation } from "@/i18n";

import { buttonClass } from "@/components/ui/button";
import { parseSorting, type Sorting, writeSorting } from "@/lib/sort";

import { type Field, NEWEST } from "./fields";
import { useFieldLabel } from "./HeaderRow";
import { FIRSTS, type ShownRule } from "./shown";
import { STATS, summaryOf } from "./stats";
import { useGrouping } from "./useGroups";

const ROUTE = "/@{$workspace}/$project";
/** Keys offered to sort by; the table sorts by any. */
const MOST = 300;

const select =
  "h-7 min-w-0 cursor-pointer rounded border border-line-strong bg-panel px-1 text-small text-ink";

/** How the list is sorted: in the address, the same for list and table. */
export function useSorting(): [Sorting, (sorting: Sorting) => void] {
  const { sort } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const sorting = useMemo(() => parseSorting(sort, NEWEST), [sort]);
  const set = (next: Sorting) =>
    void navigate({
      search: (old) => ({ ...old, sort: writeSorting(next, NEWEST) }),
      replace: true,
    });
  return [sorting, set];
}

/** By what the list is sorted, and in which direction. */
export function SortChoice({ fields }: { fields: readonly Field[] }) {
  const { t } = useTranslation();
  const label = useFieldLabel();
  const [sorting, setSorting] = useSorting();
  const summary = summaryOf(sorting.id);
  const shownId = summary === null ? sorting.id : `last.${summary.key}`;
  const plain = fields.filter(({ id }) => (summaryOf(id)?.stat ?? "last") === "last");
  const near = plain.slice(0, MOST);
  const chosen = plain.find(({ id }) => id === shownId);
  const offered = chosen && !near.includes(chosen) ? [...near, chosen] : near;
  const groups = [
    ["run", t("runs.run")],
    ["config", t("runs.config")],
    ["last", t("runs.metrics")],
  ] as const;
  const Arrow = sorting.desc ? ArrowDown : ArrowUp;
  const direction = sorting.desc ? t("project.descending") : t("project.ascending");
  return (
    <div className="flex min-w-0 items-center">
      <select
        aria-label={t("project.sort")}
        value={shownId}
        onChange={(event) => setSorting({ ...sorting, id: event.target.value })}
        className={`${select} ${summary === null ? "max-w-32" : "max-w-40"}`}
      >
        {groups.map(([group, name]) => (
          <optgroup key={group} label={name}>
            {offered
              .filter((field) => field.group === group)
              .map((field) => (
                <option key={field.id} value={field.id}>
                  {label(field)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      {summary !== null && (
        <select
          aria-label={t("table.summary")}
          value={summary.stat}
          onChange={(event) =>
            setSorting({ ...sorting, id: `${event.target.value}.${summary.key}` })
          }
          className={select}
        >
          {(["last", ...STATS] as const).map((stat) => (
            <option key={stat} value={stat}>
              {t(`table.stats.${stat}`)}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        aria-label={direction}
        title={direction}
        onClick={() => setSorting({ ...sorting, desc: !sorting.desc })}
        className={buttonClass("quiet", "icon")}
      >
        <Arrow aria-hidden />
      </button>
    </div>
  );
}

/** By what runs are put into groups, whose means the charts then show. */
export function GroupChoice({ fields }: { fields: readonly Field[] }) {
  const { t } = useTranslation();
  const [by, setBy] = useGrouping();
  // One choice for each level, and one for the next.
  const levels = [...by, ""].slice(0, LEVELS);
  return (
    <div
      role="group"
      aria-label={t("project.grouping")}
      className="flex min-w-0 flex-wrap gap-x-2 gap-y-1"
    >
      {levels.map((level, index) => (
        <GroupLevel
          key={level || "next"}
          by={level || undefined}
          taken={by}
          first={index === 0}
          fields={fields}
          onChange={(next) =>
            setBy(
              next === undefined
                ? by.toSpliced(index, 1)
                : by.toSpliced(index, level ? 1 : 0, next),
            )
          }
        />
      ))}
    </div>
  );
}

interface GroupLevelProps {
  by: string | undefined;
  /** What runs are grouped by already. */
  taken: readonly string[];
  first: boolean;
  fields: readonly Field[];
  onChange: (by: string | undefined) => void;
}

function GroupLevel({ by, taken, first, fields, onChange: setBy }: GroupLevelProps) {
  const { t } = useTranslation();
  const id = useId();
  const free = (one: string) => one === by || !taken.includes(one);
  const paths = fields
    .filter(({ group, id: path }) => group === "config" && free(path))
    .slice(0, MOST);
  const known = by === undefined || RUN_GROUPS.some((one) => one === by);
  const named = paths.some((field) => field.id === by);
  return (
    <div className="flex min-w-0 grow items-center gap-2 text-small text-ink-2">
      <label htmlFor={id} className="shrink-0">
        {first ? t("project.groupBy") : t("project.thenBy")}
      </label>
      <select
        id={id}
        value={by ?? ""}
        onChange={(event) => setBy(event.target.value || undefined)}
        className={`${select} max-w-40 grow`}
      >
        <option value="">{first ? t("project.ungrouped") : "–"}</option>
        {RUN_GROUPS.filter(free).map((one) => (
          <option key={one} value={one}>
            {one === "state"
              ? t("runs.state")
              : t(one === "group" ? "project.said.group" : "project.said.jobType")}
          </option>
        ))}
        {!known && !named && <option value={by}>{by}</option>}
        <optgroup label={t("runs.config")}>
          {paths.map((field) => (
            <option key={field.id} value={field.id}>
              {field.label}
            </option>
          ))}
        </optgroup>
      </select>
    </div>
  );
}

const RUN_GROUPS = ["group", "job_type", "state"] as const;
/** So many groups within each other. */
const LEVELS = 4;

export interface FirstChoiceProps {
  rule: ShownRule;
  onRule: (rule: ShownRule) => void;
}

/** How many runs from the top of the list are drawn; choosing forgets what was said of single runs. */
export function FirstChoice({ rule, onRule }: FirstChoiceProps) {
  const { t } = useTranslation();
  const own = rule.on.size > 0 || rule.off.size > 0;
  const known = FIRSTS.some((first) => first === rule.first);
  return (
    <select
      aria-label={t("project.first")}
      value={own ? "own" : String(rule.first)}
      onChange={(event) =>
        event.target.value !== "own" &&
        onRule({ first: Number(event.target.value), on: new Set(), off: new Set() })
      }
      className={select}
    >
      {own && <option value="own">{t("project.own")}</option>}
      {[...FIRSTS, ...(known ? [] : [rule.first])].map((first) => (
        <option key={first} value={first}>
          {first === 0 ? t("project.none") : t("project.firstOf", { count: first })}
        </option>
      ))}
    </select>
  );
}
