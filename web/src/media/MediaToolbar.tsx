import { Link2, Link2Off } from "lucide-react";
import { useId, useMemo } from "react";
import { useTranslation } from "@/i18n";

import { useCommand } from "@/app/shortcuts";
import { Button } from "@/components/ui/button";
import { SearchField } from "@/components/ui/search-field";
import { useDebouncedText } from "@/lib/debounce";
import { parseSearch } from "@/lib/search";

import { placeOf, unionOf } from "./panels";
import { StepSlider } from "./StepSlider";
import { SIZES, stepOf, useView, useViewStore } from "./view";

export interface MediaToolbarProps {
  query: string;
  onQuery: (query: string) => void;
  /** Are all keys there, or are there too many for one answer? */
  complete: boolean;
}

/** Search, the step that all panels share, and how large they are. */
export function MediaToolbar({ query, onQuery, complete }: MediaToolbarProps) {
  const { t } = useTranslation();
  const store = useViewStore();
  const size = useView((view) => view.size);
  const [text, setText] = useDebouncedText(query, onQuery);
  const id = useId();
  return (
    <div
      role="toolbar"
      aria-label={t("media.tools")}
      className="sticky top-0 z-10 flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b max-sm:gap-x-2 border-line bg-bg px-3.5 py-2 max-sm:px-2"
    >
      <SearchField
        value={text}
        onChange={setText}
        label={t("media.search")}
        invalid={parseSearch(text).invalid}
        className="w-60 max-sm:w-auto max-sm:min-w-0 max-sm:basis-24 max-sm:grow"
      />
      <SharedStep />
      {!complete && <span className="text-small text-warn">{t("media.cutKeys")}</span>}
      <div className="grow max-sm:hidden" />
      <div className="flex items-center gap-2 text-small text-ink-2">
        <label htmlFor={id} className="max-sm:sr-only">
          {t("media.size")}
        </label>
        <select
          id={id}
          value={size}
          onChange={(event) =>
            store.setState({ size: SIZES.find((one) => one === event.target.value) ?? "normal" })
          }
          className="h-7 cursor-pointer rounded border border-line-strong bg-panel px-1.5 text-ink"
        >
          {SIZES.map((one) => (
            <option key={one} value={one}>
              {t(`media.sizes.${one}`)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

/** One slider for all panels, where they are tied together. */
function SharedStep() {
  const { t } = useTranslation();
  const store = useViewStore();
  const tied = useView((view) => view.tied);
  const step = useView((view) => view.step);
  const known = useView((view) => view.known);
  const steps = useMemo(() => unionOf(Object.values(known)), [known]);
  const move = (to: number | undefined) => store.setState({ step: to });
  const by = (way: 1 | -1) => () => {
    const place = step === undefined ? steps.length - 1 : placeOf(steps, step);
    const to = Math.min(steps.length - 1, Math.max(0, place + way));
    move(to === steps.length - 1 ? undefined : steps[to]);
  };
  useCommand("nextStep", tied ? by(1) : null);
  useCommand("previousStep", tied ? by(-1) : null);
  const tie = () => {
    if (tied) {
      // Each panel stays where it is.
      const panels = { ...store.getState().panels };
      for (const key of Object.keys(known)) panels[key] = { ...panels[key], step };
      store.setState({ tied: false, step: undefined, panels });
      return;
    }
    const [first] = Object.keys(known);
    const state = store.getState();
    store.setState({ tied: true, step: first === undefined ? undefined : stepOf(state, first) });
  };
  useCommand("tieSteps", tie);
  const Icon = tied ? Link2 : Link2Off;
  return (
    <>
      <Button
        look={tied ? "plain" : "quiet"}
        aria-pressed={tied}
        onClick={tie}
        title={t("media.tieHint")}
      >
        <Icon aria-hidden />
        {t("media.tie")}
      </Button>
      {tied && (
        <StepSlider
          label={t("media.allPanels")}
          steps={steps}
          at={step}
          onMove={move}
          className="w-80 max-w-full max-sm:w-full"
        />
      )}
    </>
  );
}
