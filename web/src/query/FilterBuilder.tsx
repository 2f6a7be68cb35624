import { Filter, Plus, X } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button, buttonClass } from "@/components/ui/button";
import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";
import { cn } from "@/lib/classes";

import {
  type BuilderRow,
  type Built,
  buildRows,
  builtText,
  type Operator,
  operatorsOf,
  treeOfRow,
} from "./builder";
import { fieldChoices, type Known } from "./complete";
import { readQuery } from "./parse";
import { fieldOf } from "./read";
import { STATES } from "./tree";

/** Field names offered in a row; any can be written. */
const MOST = 500;
const input =
  "h-7 min-w-0 rounded border border-line-strong bg-panel px-1.5 text-ink focus:border-accent focus:outline-none";

export interface FilterBuilderProps {
  text: string;
  onText: (text: string) => void;
  known: Known;
}

/** The same filter as rows of field, operator and value. */
export function FilterBuilder({ text, onText, known }: FilterBuilderProps) {
  const { t } = useTranslation();
  const { tree, error } = readQuery(text);
  return (
    <PopoverRoot>
      <PopoverTrigger
        aria-label={t("filter.build")}
        title={t("filter.build")}
        className="size-6 border-transparent bg-transparent px-0 hover:bg-line"
      >
        <Filter aria-hidden className={tree === null ? "text-ink-3" : "text-accent"} />
      </PopoverTrigger>
      <PopoverPopup label={t("filter.build")} align="start" className="w-[540px] max-w-[95vw] p-3">
        {error === null ? (
          <Rows first={buildRows(tree)} onText={onText} known={known} />
        ) : (
          <div className="flex flex-col items-start gap-2">
            <p className="text-ink-2">{t("filter.broken")}</p>
            <Button onClick={() => onText("")}>{t("filter.anew")}</Button>
          </div>
        )}
      </PopoverPopup>
    </PopoverRoot>
  );
}

const NEW: BuilderRow = { kind: "test", field: "", op: "=", value: "" };

interface RowsProps {
  first: Built;
  onText: (text: string) => void;
  known: Known;
}

/** Rows are kept as they are written; the complete ones make the filter. */
function Rows({ first, onText, known }: RowsProps) {
  const { t } = useTranslation();
  const [built, setBuilt] = useState<Built>(() =>
    first.rows.length > 0 ? first : { ...first, rows: [NEW] },
  );
  const [keys, setKeys] = useState(() => built.rows.map((_, index) => index));
  const change = (next: Built, nextKeys = keys) => {
    setBuilt(next);
    setKeys(nextKeys);
    onText(builtText(next));
  };
  const rows = (next: BuilderRow[], nextKeys = keys) => change({ ...built, rows: next }, nextKeys);
  const expression = builtText(built);
  return (
    <div className="flex flex-col gap-2">
      <label className="flex items-center gap-2 text-ink-2">
        {t("filter.show")}
        <select
          value={built.join}
          onChange={(event) =>
            change({ ...built, join: event.target.value === "any" ? "any" : "all" })
          }
          className={input}
        >
          <option value="all">{t("filter.all")}</option>
          <option value="any">{t("filter.any")}</option>
        </select>
      </label>
      <ul className="flex flex-col gap-1.5">
        {built.rows.map((row, index) => (
          <li key={keys[index]} className="flex flex-wrap items-center gap-1.5">
            <RowFields
              row={row}
              known={known}
              onRow={(next) => rows(built.rows.with(index, next))}
            />
            <button
              type="button"
              aria-label={t("filter.remove", { row: index + 1 })}
              title={t("filter.remove", { row: index + 1 })}
              onClick={() => rows(built.rows.toSpliced(index, 1), keys.toSpliced(index, 1))}
              className={buttonClass("quiet", "icon")}
            >
              <X aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <div className="flex items-center justify-between gap-3">
        <Button onClick={() => rows([...built.rows, NEW], [...keys, Math.max(-1, ...keys) + 1])}>
          <Plus aria-hidden />
          {t("filter.add")}
        </Button>
        <code className="min-w-0 truncate text-tiny text-ink-3" title={expression}>
          {expression}
        </code>
      </div>
    </div>
  );
}

interface RowFieldsProps {
  row: BuilderRow;
  known: Known;
  onRow: (row: BuilderRow) => void;
}

function RowFields({ row, known, onRow }: RowFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  const names = useMemo(() => fieldChoices(known).slice(0, MOST), [known]);
  const started = row.kind === "text" || (row.field !== "" && row.value !== "");
  const wrong = started && treeOfRow(row) === null;
  if (row.kind === "text")
    return (
      <input
        value={row.text}
        aria-label={t("filter.part")}
        aria-invalid={wrong}
        spellCheck={false}
        onChange={(event) => onRow({ kind: "text", text: event.target.value })}
        className={cn(input, "grow font-mono text-small", wrong && "border-bad")}
      />
    );
  const operators = operatorsOf(row.field);
  const field = fieldOf(row.field);
  const plain = row.op !== "exists" && row.op !== "not exists";
  const values = field === "state" ? STATES : known.valuesOf(field);
  return (
    <>
      <input
        value={row.field}
        list={`${id}-fields`}
        aria-label={t("filter.field")}
        placeholder={t("filter.field")}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          const next = event.target.value;
          const [first = "="] = operatorsOf(next);
          const op = operatorsOf(next).includes(row.op) ? row.op : first;
          onRow({ ...row, field: next, op });
        }}
        className={cn(input, "w-44 grow font-mono text-small")}
      />
      <datalist id={`${id}-fields`}>
        {names.map(({ text }) => (
          <option key={text}>{text}</option>
        ))}
      </datalist>
      <select
        value={row.op}
        aria-label={t("filter.operator")}
        onChange={(event) => onRow({ ...row, op: event.target.value as Operator })}
        className={cn(input, "w-28")}
      >
        {operators.map((op) => (
          <option key={op} value={op}>
            {t(`filter.operators.${op}`)}
          </option>
        ))}
      </select>
      {plain && (
        <>
          <input
            value={row.value}
            list={`${id}-values`}
            aria-label={t("filter.value")}
            aria-invalid={wrong}
            placeholder={t(`filter.hints.${hintOf(field)}`)}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onRow({ ...row, value: event.target.value })}
            className={cn(input, "w-36 grow font-mono text-small", wrong && "border-bad")}
          />
          <datalist id={`${id}-values`}>
            {values.slice(0, MOST).map((value) => (
              <option key={value}>{value}</option>
            ))}
          </datalist>
        </>
      )}
    </>
  );
}

function hintOf(field: string): "created" | "duration" | "number" | "value" {
  if (field === "created" || field === "duration") return field;
  return field.startsWith("summary.") && field !== "summary..last" ? "number" : "value";
}
