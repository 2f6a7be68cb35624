import { useQuery } from "@tanstack/react-query";
import { useId, useMemo } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { runsQuery } from "@/api/queries";
import { SYSTEM_PREFIX } from "@/charts/sections";
import { Choice, Field } from "@/components/ui/field";
import { suggestions } from "@/lib/suggestions";

import { type Draft, type Field as Name, needs } from "./rule";

export interface SeriesFieldsProps {
  project: Project;
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  wrong: (field: Name) => string | undefined;
}

/** Which series a rule looks at, and what it looks for there. */
export function SeriesFields({ project, draft, change, wrong }: SeriesFieldsProps) {
  const { t } = useTranslation();
  const list = useId();
  const { data } = useQuery(runsQuery(project.workspace, project.name));
  const keys = useMemo(() => {
    const system = (key: string) => Number(key.startsWith(SYSTEM_PREFIX));
    return (data?.keys ?? []).toSorted((a, b) => system(a) - system(b));
  }, [data]);
  // Of very many keys the table holds only some: of the others nothing is known here.
  const whole = data !== undefined && data.keys_total <= data.keys.length;
  const unknown = whole && draft.key !== "" && !keys.includes(draft.key);
  return (
    <>
      <div>
        <Field
          label={t("alerts.key")}
          hint={unknown ? t("alerts.keyUnknown") : t("alerts.keyHint")}
          required
          list={list}
          maxLength={1024}
          value={draft.key}
          onChange={(key) => change({ key })}
          wrong={wrong("key")}
        />
        <datalist id={list}>
          {suggestions(keys, draft.key).map((key) => (
            <option key={key} value={key}>
              {key}
            </option>
          ))}
        </datalist>
      </div>
      {needs(draft.event, "bound") && (
        <Field
          label={t("alerts.bound")}
          required
          type="number"
          step="any"
          value={draft.bound}
          onChange={(bound) => change({ bound })}
          wrong={wrong("bound")}
        />
      )}
      {needs(draft.event, "steps") && (
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label={t("alerts.steps")}
            required
            type="number"
            min={1}
            max={Number.MAX_SAFE_INTEGER}
            step={1}
            value={draft.steps}
            onChange={(steps) => change({ steps })}
            wrong={wrong("steps")}
          />
          <Choice
            label={t("alerts.better")}
            value={draft.better}
            options={[
              ["lower", t("alerts.lower")],
              ["higher", t("alerts.higher")],
            ]}
            onChange={(better) => change({ better })}
          />
        </div>
      )}
    </>
  );
}
