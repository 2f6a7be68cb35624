import { type RefObject, useMemo } from "react";
import { useTranslation } from "@/i18n";

import { Button } from "@/components/ui/button";

import type { ParallelDef } from "../custom";
import type { Picture } from "../picture";
import { importances } from "./importance";
import { Missing } from "./Missing";
import type { Brushes, ParallelScene } from "./parallel";
import { PanelView } from "./PanelView";
import { useShownRuns } from "./runs";
import type { Size } from "./scene";
import type { Read } from "./useReader";

export interface ParallelViewProps {
  title: string;
  def: ParallelDef;
  scene: ParallelScene;
  read: Read["read"];
  brushes: Brushes;
  onBrush: (brushes: Brushes) => void;
  plotRef: RefObject<Picture | null> | undefined;
  large: boolean;
}

/** A brush this short is a click, which takes the brush away. */
const CLICK = 0.01;

function withBrush(
  brushes: Brushes,
  column: number,
  range: readonly [number, number] | null,
): Brushes {
  const next = new Map(brushes);
  if (range === null) next.delete(column);
  else next.set(column, range);
  return next;
}

/** Parallel axes; dragging along one keeps the runs within. Large, with what parameters say. */
export function ParallelView(props: ParallelViewProps) {
  const { title, def, scene, read, brushes, onBrush, plotRef, large } = props;
  const { t } = useTranslation();
  const press = (x: number, y: number, size: Size, event: React.PointerEvent) => {
    const at = scene.axisAt(x, y, size);
    if (at === null) return false;
    const canvas = event.currentTarget as HTMLElement;
    const top = canvas.getBoundingClientRect().top;
    const drag = (moved: PointerEvent) => {
      const to = scene.axisAt(x, moved.clientY - top, size)?.share ?? at.share;
      const range = [Math.min(at.share, to), Math.max(at.share, to)] as const;
      onBrush(withBrush(brushes, at.column, range[1] - range[0] < CLICK ? null : range));
    };
    canvas.setPointerCapture(event.pointerId);
    canvas.addEventListener("pointermove", drag);
    canvas.addEventListener(
      "lostpointercapture",
      (ended) => {
        canvas.removeEventListener("pointermove", drag);
        drag(ended);
      },
      { once: true },
    );
    return true;
  };
  return (
    <div className="flex h-full min-h-0 flex-col gap-2 overflow-y-auto">
      <div className="relative min-h-40 grow">
        <PanelView title={title} scene={scene} plotRef={plotRef} onPress={press} />
        <Missing scene={scene} />
      </div>
      {brushes.size > 0 && (
        <div className="flex shrink-0 items-center gap-2 text-small text-ink-2">
          <span role="status">{t("panel.within", { count: scene.brushed.length })}</span>
          <Button onClick={() => onBrush(new Map())}>{t("panel.unbrush")}</Button>
        </div>
      )}
      {large && read && <Parameters {...{ def, scene, read, brushes, onBrush }} />}
    </div>
  );
}

interface ParametersProps {
  def: ParallelDef;
  scene: ParallelScene;
  read: NonNullable<Read["read"]>;
  brushes: Brushes;
  onBrush: (brushes: Brushes) => void;
}

/** What each parameter says about the last column, and the ends of its brush as numbers. */
function Parameters({ def, scene, read, brushes, onBrush }: ParametersProps) {
  const { t } = useTranslation();
  const { drawn, listed } = useShownRuns();
  const target = def.columns.at(-1) ?? "";
  const parameters = def.columns.slice(0, -1);
  const found = useMemo(() => {
    const runs = (def.scope === "listed" ? listed : drawn).filter(
      (run) => typeof read(run, def.columns.at(-1) ?? "") === "number",
    );
    const values = def.columns.slice(0, -1).map((one) => runs.map((run) => read(run, one)));
    const targets = runs.map((run) => read(run, def.columns.at(-1) ?? "") as number);
    return importances(values, targets);
  }, [def, drawn, listed, read]);
  const cell = "border-b border-line px-2 py-1 text-right";
  const share = (value: number | null | undefined) =>
    value === null || value === undefined ? "–" : `${Math.round(value * 100)} %`;
  return (
    <section
      aria-label={t("panel.importanceFor", { name: target })}
      className="shrink-0 text-small"
    >
      <h3 className="font-semibold">{t("panel.importanceFor", { name: target })}</h3>
      <p className="max-w-3xl pb-1 text-ink-2">{forestText(found, t)}</p>
      <div className="overflow-x-auto">
        <table className="border-collapse">
          <thead className="text-ink-2">
            <tr>
              <th scope="col" className={`${cell} text-left`}>
                {t("panel.column")}
              </th>
              <th scope="col" className={cell}>
                {t("panel.importance")}
              </th>
              <th scope="col" className={cell}>
                {t("panel.correlation")}
              </th>
              <th scope="col" className={cell}>
                {t("panel.from")}
              </th>
              <th scope="col" className={cell}>
                {t("panel.to")}
              </th>
            </tr>
          </thead>
          <tbody>
            {def.columns.map((name, i) => {
              const of = i < parameters.length ? found.parameters[i] : undefined;
              return (
                <tr key={name}>
                  <th scope="row" className={`${cell} text-left font-normal`}>
                    {name}
                  </th>
                  <td className={cell}>{share(of?.importance)}</td>
                  <td className={cell}>{of?.correlation?.toFixed(2) ?? "–"}</td>
                  <Ends {...{ name, column: i, scene, brushes, onBrush, cell }} />
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function forestText(
  { explained, runs }: ReturnType<typeof importances>,
  t: ReturnType<typeof useTranslation>["t"],
): string {
  if (explained === null) return t("panel.tooFew", { count: runs });
  if (explained <= 0) return t("panel.explainsNothing", { count: runs });
  return t("panel.explains", { share: Math.round(explained * 100), count: runs });
}

interface EndsProps {
  name: string;
  column: number;
  scene: ParallelScene;
  brushes: Brushes;
  onBrush: (brushes: Brushes) => void;
  cell: string;
}

/** The brush of one axis by numbers, for the keyboard and for exact ends. */
function Ends({ name, column, scene, brushes, onBrush, cell }: EndsProps) {
  const { t } = useTranslation();
  const axis = scene.axes[column];
  if (axis === undefined || axis.words)
    return (
      <td colSpan={2} className={cell}>
        –
      </td>
    );
  const [low, high] = brushes.get(column) ?? [0, 1];
  const value = (share: number) => Number(axis.value(share).toPrecision(6));
  const change = (end: "low" | "high", text: string) => {
    const share = text === "" ? null : axis.share(Number(text));
    const next = end === "low" ? [share ?? 0, high] : [low, share ?? 1];
    const [from, to] = [Math.max(0, next[0] ?? 0), Math.min(1, next[1] ?? 1)];
    if (Number.isFinite(from) && Number.isFinite(to) && from <= to)
      onBrush(withBrush(brushes, column, from === 0 && to === 1 ? null : [from, to]));
  };
  const leave = (end: "low" | "high") => (event: React.FocusEvent<HTMLInputElement>) => {
    const { value: text, defaultValue } = event.currentTarget;
    // What stood there was rounded: only what was written counts.
    if (text !== defaultValue) change(end, text.trim());
  };
  const field = "h-7 w-24 rounded border border-line-strong bg-panel px-1.5 text-right text-ink";
  return (
    <>
      <td className={cell}>
        <input
          key={`low ${low}`}
          aria-label={t("panel.fromOf", { name })}
          defaultValue={value(low)}
          inputMode="decimal"
          className={field}
          onBlur={leave("low")}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
        />
      </td>
      <td className={cell}>
        <input
          key={`high ${high}`}
          aria-label={t("panel.toOf", { name })}
          defaultValue={value(high)}
          inputMode="decimal"
          className={field}
          onBlur={leave("high")}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
        />
      </td>
    </>
  );
}
