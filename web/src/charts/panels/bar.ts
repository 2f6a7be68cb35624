/** Bars: a quantity of each run, or its mean over the runs that have another in common. */

import type { BarDef } from "../custom";
import { lineStyle, type LineStyle, strokeOf, theme } from "../palette";
import type { Pen } from "../pen";
import { deltaText } from "../reading";
import type { PanelRun, Value } from "./runs";
import { cut, type Found, type Scene, type Size, valueText } from "./scene";

type Read = (run: PanelRun, quantity: string) => Value;

interface Bar {
  label: string;
  style: LineStyle;
  value: number;
  /** The least and greatest of its runs; the value itself for one run. */
  low: number;
  high: number;
  runs: readonly string[];
  delta?: string;
}

const ROW = 20;
const AIR = 6;

export interface BarWords {
  /** So many bars have no room. */
  more: (count: number) => string;
  /** A group's name and the number of its runs. */
  group: (name: string, count: number) => string;
}

export function barScene(
  def: BarDef,
  {
    runs,
    read,
    words,
    baseline,
  }: {
    runs: readonly PanelRun[];
    read: Read;
    words: BarWords;
    baseline?: string | undefined;
  },
): Scene {
  const of = runs.flatMap((run) => {
    const value = read(run, def.value);
    return typeof value === "number" ? [{ run, value }] : [];
  });
  const single = def.by === "";
  const base = single ? of.find(({ run }) => run.id === baseline)?.value : undefined;
  const bars = (
    single
      ? of.map(({ run, value }): Bar => ({
          label: run.name,
          style: run.style,
          value,
          low: value,
          high: value,
          runs: [run.id],
          ...(base !== undefined && run.id !== baseline && { delta: deltaText(value, base) }),
        }))
      : grouped(def, of, read, words)
  ).toSorted((a, b) => b.value - a.value);
  return {
    paint: (pen, size, lifted) => paint(pen, size, bars, lifted, words),
    at: (_, y, size) => barAt(bars, y, size, def.value),
    legend: [],
    header: single ? ["run", def.value] : [def.by, `mean of ${def.value}`, "min", "max", "runs"],
    rows: bars.map((bar) =>
      single ? [bar.label, bar.value] : [bar.label, bar.value, bar.low, bar.high, bar.runs.length],
    ),
    missing: runs.length - of.length,
    natural: bars.length * ROW + 2 * AIR,
  };
}

function grouped(
  def: BarDef,
  of: readonly { run: PanelRun; value: number }[],
  read: Read,
  words: BarWords,
): Bar[] {
  const groups = new Map<string, { run: PanelRun; value: number }[]>();
  for (const one of of) {
    const name = valueText(read(one.run, def.by));
    const members = groups.get(name);
    if (members) members.push(one);
    else groups.set(name, [one]);
  }
  const collator = new Intl.Collator("en", { numeric: true });
  // Hues by name, so that the longest bar changing hands changes no colour.
  return [...groups]
    .toSorted(([a], [b]) => collator.compare(a, b))
    .map(([name, members], i) => {
      const values = members.map(({ value }) => value);
      return {
        label: words.group(name, members.length),
        style: lineStyle(i),
        value: values.reduce((sum, value) => sum + value / values.length, 0),
        low: Math.min(...values),
        high: Math.max(...values),
        runs: members.map(({ run }) => run.id),
      };
    });
}

/** How many bars have room, and how high one is. */
function fitting(count: number, { height }: Size): { shown: number; row: number } {
  const room = Math.max(1, Math.floor((height - 2 * AIR) / ROW));
  if (count <= room) return { shown: count, row: ROW };
  return { shown: Math.max(1, room - 1), row: ROW };
}

function paint(
  pen: Pen,
  size: Size,
  bars: readonly Bar[],
  lifted: string | null,
  words: BarWords,
): void {
  const { ink, faint, grid } = theme();
  const { shown, row } = fitting(bars.length, size);
  const some = bars.slice(0, shown);
  const names = Math.min(size.width * 0.35, 160);
  const values = some.some(({ delta }) => delta) ? 172 : 64;
  const left = names + 8;
  const width = Math.max(10, size.width - left - values);
  const low = Math.min(0, ...bars.map((bar) => bar.low));
  const high = Math.max(0, ...bars.map((bar) => bar.high));
  const at = (value: number) => left + (width * (value - low)) / (high - low || 1);
  const dim = lifted !== null && bars.some(({ runs }) => runs.includes(lifted));
  some.forEach((bar, i) => {
    const y = AIR + i * row;
    const [from, to] = [at(Math.min(0, bar.value)), at(Math.max(0, bar.value))];
    const opacity = dim && !bar.runs.includes(lifted ?? "") ? 0.25 : 0.85;
    pen.text(names, y + row / 2, cut(pen, bar.label, names), { color: ink, align: "right" });
    const color = strokeOf(bar.style);
    pen.box(from, y + 3, Math.max(1, to - from), row - 6, { color, opacity });
    if (bar.low < bar.high)
      pen.line([at(bar.low), y + row / 2, at(bar.high), y + row / 2], { color: ink, width: 1.5 });
    const text = [valueText(bar.value), bar.delta].filter(Boolean).join("  ");
    pen.text(Math.max(to, at(bar.high)) + 6, y + row / 2, text, { color: faint });
  });
  pen.line([at(0), AIR, at(0), AIR + shown * row], { color: grid, width: 1 });
  if (shown < bars.length)
    pen.text(left, AIR + (shown + 0.5) * row, words.more(bars.length - shown), { color: faint });
}

function barAt(bars: readonly Bar[], y: number, size: Size, quantity: string): Found | null {
  const { shown, row } = fitting(bars.length, size);
  const place = Math.floor((y - AIR) / row);
  const bar = place < shown ? bars[place] : undefined;
  if (bar === undefined) return null;
  const { label, style, value, low, high, runs, delta } = bar;
  const rows = [{ label: quantity, style, value, ...(delta !== undefined && { delta }) }];
  if (runs.length > 1)
    rows.push({ label: "min", style, value: low }, { label: "max", style, value: high });
  return { runs, head: label, rows };
}
