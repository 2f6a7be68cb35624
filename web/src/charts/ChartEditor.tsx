import { useId, useState } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

import { type CustomChart, type Kind, KINDS, newId, parseCustom, titleOf } from "./custom";
import { draftOf, type Draft, type DraftProblem, problemOf } from "./draft";
import { BarFields, LineFields, ParallelFields, ScalarFields, ScatterFields } from "./EditorFields";
import { useQuantities, useShownRuns } from "./panels/runs";

export interface ChartEditorProps {
  chart: CustomChart | "new";
  keys: readonly string[];
  /** Names of the sections there are. */
  sections: readonly string[];
  /** Kinds that make sense on this page. */
  kinds?: readonly Kind[];
  onKeep: (chart: CustomChart) => void;
  onClose: () => void;
}

/** Makes a chart, or changes one that was made. */
export default function ChartEditor(props: ChartEditorProps) {
  const { chart, keys, sections, kinds = KINDS, onKeep, onClose } = props;
  const { t } = useTranslation();
  const shown = useShownRuns();
  const quantities = useQuantities(shown);
  const [draft, setDraft] = useState<Draft>(() => draftOf(chart === "new" ? null : chart));
  const [tried, setTried] = useState(false);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const problem = problemOf(draft, keys, quantities);
  const keep = (event: React.FormEvent) => {
    event.preventDefault();
    setTried(true);
    const id = chart === "new" ? newId() : chart.id;
    const [made] = problem === null ? parseCustom({ ...draft, id }) : [];
    if (made === undefined) return;
    onKeep(made);
    onClose();
  };
  const [preview] = parseCustom({ ...draft, id: "preview", title: "" });
  const fields = { draft, change, keys, quantities };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(chart === "new" ? "layout.newChart" : "layout.edit")}
    >
      <form onSubmit={keep} className="flex flex-col gap-3">
        {kinds.length > 1 && (
          <Kinds kinds={kinds} kind={draft.kind} onKind={(kind) => change({ kind })} />
        )}
        {draft.kind === "line" && <LineFields {...fields} />}
        {draft.kind === "scatter" && <ScatterFields {...fields} />}
        {draft.kind === "bar" && <BarFields {...fields} />}
        {draft.kind === "parallel" && <ParallelFields {...fields} />}
        {draft.kind === "scalar" && <ScalarFields {...fields} />}
        <Texts
          draft={draft}
          change={change}
          sections={sections}
          placeholder={preview ? titleOf(preview) : ""}
        />
        {tried && problem !== null && (
          <p role="alert" className="text-small text-bad">
            {problemText(problem, t)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" look="primary">
            {t("edit.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function problemText(problem: DraftProblem, t: ReturnType<typeof useTranslation>["t"]): string {
  switch (problem.kind) {
    case "noMetrics":
      return t("editor.noMetrics");
    case "noMatch":
      return t("editor.noMatch");
    case "twoColumns":
      return t("editor.twoColumns");
    case "unknown":
      return problem.name === ""
        ? t("editor.missing")
        : t("editor.unknown", { name: problem.name });
  }
}

interface KindsProps {
  kinds: readonly Kind[];
  kind: Kind;
  onKind: (kind: Kind) => void;
}

function Kinds({ kinds, kind, onKind }: KindsProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
      <legend className="sr-only">{t("editor.kind")}</legend>
      {kinds.map((one) => (
        <label key={one} className="flex min-h-7 cursor-pointer items-center gap-1.5">
          <input
            type="radio"
            name="kind"
            checked={one === kind}
            onChange={() => onKind(one)}
            className="accent-(--accent)"
          />
          {t(`editor.kinds.${one}`)}
        </label>
      ))}
    </fieldset>
  );
}

interface TextsProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  sections: readonly string[];
  placeholder: string;
}

function Texts({ draft, change, sections, placeholder }: TextsProps) {
  const { t } = useTranslation();
  const id = useId();
  const field =
    "h-7 w-full rounded border border-line-strong bg-panel px-2 text-ink placeholder:text-ink-3";
  return (
    <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
      <label className="flex flex-col gap-1 text-small text-ink-2">
        {t("layout.title")}
        <input
          value={draft.title}
          placeholder={placeholder}
          onChange={(event) => change({ title: event.target.value })}
          className={field}
        />
      </label>
      <label className="flex flex-col gap-1 text-small text-ink-2">
        {t("editor.section")}
        <input
          value={draft.section}
          placeholder={t("charts.unsorted")}
          list={`${id}-sections`}
          onChange={(event) => change({ section: event.target.value })}
          className={field}
        />
      </label>
      <datalist id={`${id}-sections`}>
        {sections.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
    </div>
  );
}
