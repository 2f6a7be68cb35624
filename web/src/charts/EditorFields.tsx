import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { IconButton } from "@/components/ui/icon-button";
import { parseSearch } from "@/lib/search";
import { suggestions } from "@/lib/suggestions";

import { keysOf, MOST_METRICS, MOST_PARALLEL, PICKS, type Quantity, SCOPES } from "./custom";
import type { Draft } from "./draft";

export interface FieldsProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  keys: readonly string[];
  quantities: readonly Quantity[];
}

const FIELD =
  "h-7 w-full min-w-0 rounded border border-line-strong bg-panel px-2 text-ink placeholder:text-ink-3";
interface PickerProps {
  label: string;
  value: string;
  names: readonly string[];
  onChange: (name: string) => void;
  /** What stands in an empty field. */
  hint?: string;
}

/** A field that suggests names while one types. */
function Picker({ label, value, names, onChange, hint = "" }: PickerProps) {
  const id = useId();
  return (
    <label className="flex min-w-0 flex-col gap-1 text-small text-ink-2">
      {label}
      <input
        value={value}
        list={id}
        placeholder={hint}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        className={FIELD}
      />
      <datalist id={id}>
        {suggestions(names, value).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
    </label>
  );
}

interface ListProps {
  names: readonly string[];
  onChange: (names: readonly string[]) => void;
  /** Can the order be changed? */
  inOrder?: boolean;
}

/** What was chosen, each with a way out of the list. */
function Chosen({ names, onChange, inOrder = false }: ListProps) {
  const { t } = useTranslation();
  const swap = (at: number) =>
    onChange(
      names.map((name, i) => (i === at ? names[at + 1] : i === at + 1 ? names[at] : name) ?? name),
    );
  if (names.length === 0) return null;
  return (
    <ul className="flex max-h-40 flex-col overflow-auto rounded border border-line">
      {names.map((name, i) => (
        <li key={name} className="flex items-center gap-0.5 px-2">
          <span className="min-w-0 grow truncate" title={name}>
            {name}
          </span>
          {inOrder && i > 0 && (
            <IconButton label={t("editor.up", { name })} onClick={() => swap(i - 1)}>
              <ArrowUp aria-hidden />
            </IconButton>
          )}
          {inOrder && i < names.length - 1 && (
            <IconButton label={t("editor.down", { name })} onClick={() => swap(i)}>
              <ArrowDown aria-hidden />
            </IconButton>
          )}
          <IconButton
            label={t("editor.leaveOut", { name })}
            onClick={() => onChange(names.filter((one) => one !== name))}
          >
            <X aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}

interface AdderProps extends ListProps {
  label: string;
  all: readonly string[];
  most: number;
}

/** A list of names with a field to add to it. */
function Adder({ label, all, most, names, onChange, inOrder = false }: AdderProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const free = all.filter((name) => !names.includes(name));
  const able = free.includes(text) && names.length < most;
  const add = () => {
    if (!able) return;
    onChange([...names, text]);
    setText("");
  };
  return (
    <div className="flex flex-col gap-1">
      <Chosen names={names} onChange={onChange} inOrder={inOrder} />
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- Enter adds instead of saving */}
      <div
        className="flex items-end gap-2"
        onKeyDown={(event) => {
          if (event.key !== "Enter" || text === "") return;
          event.preventDefault();
          add();
        }}
      >
        <div className="min-w-0 grow">
          <Picker label={label} value={text} names={free} onChange={setText} />
        </div>
        <Button disabled={!able} onClick={add}>
          {t("editor.add")}
        </Button>
      </div>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  choices: readonly T[];
  textOf: (choice: T) => string;
  onChange: (choice: T) => void;
}

/** One of a few. */
function Choice<T extends string>({ label, value, choices, textOf, onChange }: ChoiceProps<T>) {
  return (
    <label className="flex items-center gap-2 text-small text-ink-2">
      {label}
      <select
        value={value}
        onChange={(event) => {
          const chosen = choices.find((one) => one === event.target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
        className="h-7 rounded border border-line-strong bg-panel px-1.5 text-ink"
      >
        {choices.map((one) => (
          <option key={one} value={one}>
            {textOf(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Over which runs. */
function ScopeChoice({ draft, change }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <Choice
      label={t("editor.runs")}
      value={draft.scope}
      choices={SCOPES}
      textOf={(scope) => t(`editor.scopes.${scope}`)}
      onChange={(scope) => change({ scope })}
    />
  );
}

/** Which quantity is shown; `hint` is one for example. */
function ValuePicker({ draft, change, quantities, hint }: FieldsProps & { hint: string }) {
  const { t } = useTranslation();
  return (
    <Picker
      label={t("editor.value")}
      value={draft.value}
      names={quantities}
      hint={hint}
      onChange={(value) => change({ value })}
    />
  );
}

export function LineFields({ draft, change, keys }: FieldsProps) {
  const { t } = useTranslation();
  const { metrics, pattern } = draft;
  const found = keysOf(
    { id: "", title: "", section: "", kind: "line", metrics: [], pattern },
    keys,
  ).length;
  return (
    <>
      <Adder
        label={t("editor.metrics")}
        all={keys}
        most={MOST_METRICS}
        names={metrics}
        onChange={(next) => change({ metrics: next })}
      />
      <label className="flex flex-col gap-1 text-small text-ink-2">
        {t("editor.pattern")}
        <input
          value={pattern}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={parseSearch(pattern).invalid}
          onChange={(event) => change({ pattern: event.target.value })}
          className={`${FIELD} font-mono`}
        />
        <span role="status" className="text-tiny">
          {pattern.trim() !== "" && t("editor.found", { count: found })}
        </span>
      </label>
    </>
  );
}

export function ScatterFields(props: FieldsProps) {
  const { draft, change, quantities } = props;
  const { t } = useTranslation();
  return (
    <>
      <div className="grid grid-cols-2 gap-x-3 gap-y-1 max-sm:grid-cols-1">
        <Picker
          label={t("charts.x")}
          value={draft.x}
          names={quantities}
          hint="config.lr"
          onChange={(x) => change({ x })}
        />
        <Picker
          label={t("charts.y")}
          value={draft.y}
          names={quantities}
          hint="min.val/loss"
          onChange={(y) => change({ y })}
        />
        <Checkbox checked={draft.xLog} onChange={(xLog) => change({ xLog })}>
          {t("editor.xLog")}
        </Checkbox>
        <Checkbox checked={draft.yLog} onChange={(yLog) => change({ yLog })}>
          {t("editor.yLog")}
        </Checkbox>
      </div>
      <Picker
        label={t("editor.color")}
        value={draft.color}
        names={quantities}
        hint={t("editor.colorOfRun")}
        onChange={(color) => change({ color })}
      />
      <ScopeChoice {...props} />
    </>
  );
}

export function BarFields(props: FieldsProps) {
  const { draft, change, quantities } = props;
  const { t } = useTranslation();
  return (
    <>
      <ValuePicker {...props} hint="max.val/acc" />
      <Picker
        label={t("editor.by")}
        value={draft.by}
        names={quantities}
        hint={t("project.ungrouped")}
        onChange={(by) => change({ by })}
      />
      <ScopeChoice {...props} />
    </>
  );
}

export function ParallelFields(props: FieldsProps) {
  const { draft, change, quantities } = props;
  const { t } = useTranslation();
  return (
    <>
      <Adder
        label={t("editor.columns")}
        all={quantities}
        most={MOST_PARALLEL}
        names={draft.columns}
        onChange={(columns) => change({ columns })}
        inOrder
      />
      <p className="text-tiny text-ink-2">{t("editor.columnsHint")}</p>
      <ScopeChoice {...props} />
    </>
  );
}

export function ScalarFields(props: FieldsProps) {
  const { draft, change } = props;
  const { t } = useTranslation();
  return (
    <>
      <ValuePicker {...props} hint="min.val/loss" />
      <Choice
        label={t("editor.pick")}
        value={draft.pick}
        choices={PICKS}
        textOf={(pick) => t(`editor.picks.${pick}`)}
        onChange={(pick) => change({ pick })}
      />
      <ScopeChoice {...props} />
    </>
  );
}
