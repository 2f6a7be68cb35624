import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useId } from "react";
import { useTranslation } from "@/i18n";

export interface BaselineChoiceProps {
  runs: readonly { id: string; name: string }[];
  value: string | undefined;
  onChange: (run: string | undefined) => void;
}

/** The run that others are compared with, as the address says. */
export function useBaseline(): [string | undefined, (run: string | undefined) => void] {
  const { base }: { base?: unknown } = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = useCallback(
    (run: string | undefined) =>
      void navigate({ to: ".", search: (old) => ({ ...old, base: run }), replace: true }),
    [navigate],
  );
  return [typeof base === "string" && base !== "" ? base : undefined, set];
}

/** Chooses the baseline among the runs drawn. */
export function BaselineChoice({ runs, value, onChange }: BaselineChoiceProps) {
  const { t } = useTranslation();
  const id = useId();
  const known = value === undefined || runs.some((run) => run.id === value);
  return (
    <div className="flex items-center gap-2 text-small text-ink-2 max-sm:hidden">
      <label htmlFor={id}>{t("charts.baseline")}</label>
      <select
        id={id}
        value={value ?? ""}
        onChange={(event) => onChange(event.target.value || undefined)}
        className="h-7 max-w-36 cursor-pointer rounded border border-line-strong bg-panel px-1.5 text-ink"
      >
        <option value="">{t("charts.noBaseline")}</option>
        {!known && <option value={value}>{t("charts.otherBaseline")}</option>}
        {runs.map((run) => (
          <option key={run.id} value={run.id}>
            {run.name}
          </option>
        ))}
      </select>
    </div>
  );
}
