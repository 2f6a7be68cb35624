/** One number, large. */

import type { ScalarDef } from "../custom";
import { strokeOf, theme } from "../palette";
import { deltaText } from "../reading";
import type { PanelRun, Value } from "./runs";
import { cut, type Scene, valueText } from "./scene";

type Read = (run: PanelRun, quantity: string) => Value;

export interface ScalarWords {
  mean: (count: number) => string;
  /** Nothing to show. */
  none: string;
  /** How far from the baseline. */
  delta: (delta: string) => string;
}

export function scalarScene(
  def: ScalarDef,
  {
    runs,
    read,
    words,
    baseline,
  }: {
    runs: readonly PanelRun[];
    read: Read;
    words: ScalarWords;
    baseline?: string | undefined;
  },
): Scene {
  const of = runs.flatMap((run) => {
    const value = read(run, def.value);
    return value === null ? [] : [{ run, value }];
  });
  const picked = pick(def.pick, of);
  const base = of.find(({ run }) => run.id === baseline)?.value;
  const compared =
    typeof picked?.value === "number" && typeof base === "number" && picked.run?.id !== baseline;
  const delta = compared ? deltaText(picked.value as number, base as number) : "";
  const label = picked?.run?.name ?? (picked ? words.mean(picked.count) : words.none);
  return {
    paint(pen, { width, height }) {
      const { ink, faint } = theme();
      const middle = height / 2;
      const text = picked ? valueText(picked.value) : "–";
      // As large as the card allows: a letter is about two thirds of its size wide.
      const large = Math.max(14, Math.min(44, height / 3.5, width / (0.68 * text.length)));
      pen.text(width / 2, middle - 8, text, {
        color: ink,
        size: Math.round(large),
        bold: true,
        align: "center",
      });
      const name = cut(pen, label, width - 40);
      const half = pen.measure(name, {}) / 2;
      const below = middle + large / 2 + 8;
      pen.text(width / 2, below, name, { color: ink, align: "center" });
      if (picked?.run) {
        const x = width / 2 - half - 16;
        pen.line([x - 8, below, x + 8, below], { color: strokeOf(picked.run.style), width: 3 });
      }
      if (delta)
        pen.text(width / 2, below + 18, words.delta(delta), { color: faint, align: "center" });
    },
    at: () =>
      picked?.run
        ? {
            runs: [picked.run.id],
            head: picked.run.name,
            rows: [{ label: def.value, style: picked.run.style, value: picked.value }],
          }
        : null,
    legend: [],
    header: ["run", def.value],
    rows: picked ? [[label, picked.value]] : [],
    missing: runs.length - of.length,
  };
}

interface Picked {
  run: PanelRun | null;
  value: Value;
  count: number;
}

function pick(
  how: ScalarDef["pick"],
  of: readonly { run: PanelRun; value: number | string }[],
): Picked | null {
  const numbers = of.flatMap(({ run, value }) =>
    typeof value === "number" ? [{ run, value }] : [],
  );
  const count = numbers.length;
  if (how === "newest") {
    const [newest] = of.toSorted((a, b) => b.run.created - a.run.created);
    return newest ? { ...newest, count: of.length } : null;
  }
  if (count === 0) return null;
  if (how === "mean") {
    const value = numbers.reduce((sum, one) => sum + one.value / count, 0);
    return { run: null, value, count };
  }
  const better = how === "best-low" ? -1 : 1;
  const [best] = numbers.toSorted((a, b) => better * (b.value - a.value));
  return best ? { ...best, count } : null;
}
