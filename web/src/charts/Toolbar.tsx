import { SlidersHorizontal } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "@/i18n";

import { PopoverPopup, PopoverRoot, PopoverTrigger } from "@/components/ui/popover";
import { SearchField } from "@/components/ui/search-field";
import { cn } from "@/lib/classes";
import { useDebouncedText } from "@/lib/debounce";
import { parseSearch } from "@/lib/search";

import { type ChartSettings, MOST_COLUMNS, RANGES, RANKS, X_AXES, Y_AXES } from "./settings";
import { SMOOTHERS } from "./smoothing";

type Change = (part: Partial<ChartSettings>) => void;

export interface ToolbarProps {
  query: string;
  onQuery: (query: string) => void;
  settings: ChartSettings;
  onChange: Change;
  /** Can x be a time, or is it one already? */
  timed: boolean;
  /** Did the training define x axes of its own? */
  defined?: boolean;
  /** Are there runs of several processes? */
  ranked?: boolean;
  children?: React.ReactNode;
}

/** Search and how all charts of the page are shown. */
export function Toolbar(props: ToolbarProps) {
  const {
    query,
    onQuery,
    settings,
    onChange,
    timed,
    defined = false,
    ranked = false,
    children,
  } = props;
  const { t } = useTranslation();
  const [text, setText] = useDebouncedText(query, onQuery);
  return (
    <div
      role="toolbar"
      aria-label={t("charts.tools")}
      className="sticky top-0 z-10 flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line bg-bg px-3.5 py-2 max-sm:px-2"
    >
      <SearchField
        value={text}
        onChange={setText}
        label={t("charts.search")}
        invalid={parseSearch(text).invalid}
        className="w-60 max-sm:w-auto max-sm:grow"
      />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 max-sm:hidden">
        <AxisControls
          settings={settings}
          onChange={onChange}
          timed={timed}
          defined={defined}
          ranked={ranked}
        />
      </div>
      <div className="grow max-sm:hidden" />
      {children}
      <div className="max-sm:hidden">
        <Choice
          label={t("charts.columns")}
          value={String(settings.columns)}
          options={Array.from({ length: MOST_COLUMNS + 1 }, (_, n) => [
            String(n),
            n === 0 ? t("charts.auto") : String(n),
          ])}
          onChange={(columns) => onChange({ columns: Number(columns) })}
        />
      </div>
      <PopoverRoot>
        <PopoverTrigger aria-label={t("charts.tools")} className="sm:hidden">
          <SlidersHorizontal aria-hidden />
        </PopoverTrigger>
        <PopoverPopup label={t("charts.tools")} className="flex flex-col items-start gap-2 p-3">
          <AxisControls
            settings={settings}
            onChange={onChange}
            timed={timed}
            defined={defined}
            ranked={ranked}
          />
        </PopoverPopup>
      </PopoverRoot>
    </div>
  );
}

export interface AxisControlsProps {
  settings: Omit<ChartSettings, "columns" | "ranks"> & Partial<Pick<ChartSettings, "ranks">>;
  onChange: (part: Partial<Omit<ChartSettings, "columns">>) => void;
  timed: boolean;
  defined: boolean;
  ranked?: boolean;
}

/** Smoothing and both axes. */
export function AxisControls(props: AxisControlsProps) {
  const { settings, onChange, timed, defined, ranked = false } = props;
  const { t } = useTranslation();
  const xNames = {
    auto: t(defined ? "charts.xAuto" : "charts.xStep"),
    step: t("charts.xStep"),
    relative: t("charts.xRelative"),
    wall: t("charts.xWall"),
  };
  const yNames = {
    linear: t("charts.yLinear"),
    log: t("charts.yLog"),
    symlog: t("charts.ySymlog"),
  };
  return (
    <>
      <Smoothing value={settings.smoothing} onChange={(smoothing) => onChange({ smoothing })} />
      {settings.smoothing > 0 && (
        <Choice
          label={t("charts.smoother")}
          hidden
          value={settings.smoother}
          options={SMOOTHERS.map((one) => [one, t(`charts.smoothers.${one}`)])}
          onChange={(smoother) => onChange({ smoother })}
        />
      )}
      {timed && (
        <Choice
          label={t("charts.x")}
          value={settings.x}
          options={axesFor(settings.x, defined).map((axis) => [axis, xNames[axis]])}
          onChange={(x) => onChange({ x })}
        />
      )}
      <Choice
        label={t("charts.y")}
        value={settings.y}
        options={Y_AXES.map((axis) => [axis, yNames[axis]])}
        onChange={(y) => onChange({ y })}
      />
      <Choice
        label={t("charts.range")}
        hidden
        value={settings.range}
        options={RANGES.map((range) => [range, t(`charts.ranges.${range}`)])}
        onChange={(range) => onChange({ range })}
      />
      {ranked && settings.ranks !== undefined && (
        <Choice
          label={t("charts.ranks")}
          value={settings.ranks}
          options={RANKS.map((one) => [one, t(`charts.ranksAs.${one}`)])}
          onChange={(ranks) => onChange({ ranks })}
        />
      )}
    </>
  );
}

/** Without definitions `auto` is the step, and both are one choice. */
function axesFor(chosen: ChartSettings["x"], defined: boolean) {
  const other = chosen === "step" ? "auto" : "step";
  return X_AXES.filter((axis) => defined || axis !== other);
}

function Smoothing({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="flex items-center gap-2 text-small text-ink-2">
      <label htmlFor={id}>{t("charts.smoothing")}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={0.99}
        step={0.01}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-4 w-24 cursor-pointer accent-(--accent)"
      />
      <output htmlFor={id} className="w-7 text-ink">
        {value.toFixed(2)}
      </output>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  /** The label is for those who do not see that it stands beside what it belongs to. */
  hidden?: boolean;
  value: T;
  options: readonly (readonly [value: T, name: string])[];
  onChange: (value: T) => void;
}

function Choice<T extends string>({
  label,
  hidden = false,
  value,
  options,
  onChange,
}: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className="flex items-center gap-2 text-small text-ink-2">
      <label htmlFor={id} className={hidden ? "sr-only" : undefined}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = options.find(([one]) => one === event.target.value);
          if (chosen) onChange(chosen[0]);
        }}
        className={cn(
          "h-7 cursor-pointer rounded border border-line-strong bg-panel px-1.5 text-ink",
        )}
      >
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
