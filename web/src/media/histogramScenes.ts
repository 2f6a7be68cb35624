/** How histograms are drawn: one as bars, many over steps as a heat map or as a ridge. */

import { type Axis, axisOf } from "@/charts/panels/axis";
import { type Found, type Scene, type Size, valueText } from "@/charts/panels/scene";
import { type LineStyle, mix, strokeOf, theme } from "@/charts/palette";
import type { Box, Pen } from "@/charts/pen";

import { type Column, columnsOf, type Counted, rangeOf } from "./counted";

export interface HistogramWords {
  count: string;
  share: string;
  /** A bin from one value to another. */
  bin: (from: string, to: string) => string;
  /** A step, or the first and last of several put together. */
  step: (first: number, last: number) => string;
}

/** What is drawn of one run. */
export interface Stepped {
  steps: readonly { step: number; counted: Counted }[];
  /** Of the values; the same for runs that stand side by side. */
  range: [number, number];
  run: string;
  style: LineStyle;
  words: HistogramWords;
}

const BINS = 96;
const LEVELS = 48;
/** Narrower than this (px) columns and ridges are put together. */
const COLUMN = 3;
const RIDGE = 7;

function boxOf({ width, height }: Size): Box {
  const axes = width >= 150 && height >= 90;
  const left = axes ? 46 : 4;
  const low = axes ? 20 : 4;
  return { left, top: 6, width: Math.max(1, width - left - 8), height: Math.max(1, height - low) };
}

function inner(size: Size): Box {
  const box = boxOf(size);
  return { ...box, height: Math.max(1, box.height - 6) };
}

function drawAxes(pen: Pen, box: Box, x: Axis | null, y: Axis | null): void {
  const { faint, grid } = theme();
  if (box.left < 20) return;
  for (const { share, label } of y?.ticks ?? []) {
    const at = box.top + (1 - share) * box.height;
    pen.line([box.left, at, box.left + box.width, at], { color: grid, width: 1 });
    pen.text(box.left - 5, at, label, { color: faint, align: "right" });
  }
  const ticks = x?.ticks ?? [];
  const every = Math.max(1, Math.ceil((ticks.length * 52) / box.width));
  ticks.forEach(({ share, label }, i) => {
    if (i % every > 0) return;
    pen.text(box.left + share * box.width, box.top + box.height + 5, label, {
      color: faint,
      align: share > 0.96 ? "right" : share < 0.04 ? "left" : "center",
      baseline: "top",
    });
  });
}

/** One histogram. */
export function barsScene(counted: Counted, style: LineStyle, words: HistogramWords): Scene {
  const { counts, edges } = counted;
  const x = axisOf(rangeOf([counted]), false);
  const y = axisOf([0, Math.max(1e-12, ...counts)], false);
  const place = (i: number, { left, width }: Box) => left + (x.share(edges[i] ?? 0) ?? 0) * width;
  const span = (i: number, box: Box): [number, number] => {
    const [from, to] = [place(i, box), place(i + 1, box)];
    return [from, Math.max(1, to - from - (to - from > 4 ? 1 : 0))];
  };
  return {
    paint(pen, size) {
      const box = inner(size);
      drawAxes(pen, box, x, y);
      const color = strokeOf(style);
      counts.forEach((count, i) => {
        const height = (y.share(count) ?? 0) * box.height;
        const [from, width] = span(i, box);
        const tall = count > 0 ? Math.max(1, height) : 0;
        pen.box(from, box.top + box.height - tall, width, tall, { color, opacity: 0.85 });
      });
    },
    at(left, _, size) {
      const box = inner(size);
      const value = x.value(Math.min(1, Math.max(0, (left - box.left) / box.width)));
      if (left < box.left - 4) return null;
      const i = edges.findIndex((edge, k) => value >= edge && value <= (edges[k + 1] ?? -Infinity));
      if (i < 0 || i >= counts.length) return null;
      return foundOf(words, { style, counted, i });
    },
    legend: [],
    header: ["from", "to", "count"],
    rows: counts.map((count, i) => [edges[i] ?? null, edges[i + 1] ?? null, count]),
    missing: 0,
  };
}

function foundOf(
  words: HistogramWords,
  {
    style,
    counted: { counts, edges, total },
    i,
  }: { style: LineStyle; counted: Counted; i: number },
): Found {
  const count = counts[i] ?? 0;
  return {
    runs: [],
    head: words.bin(valueText(edges[i] ?? null), valueText(edges[i + 1] ?? null)),
    rows: [
      { label: words.count, style, value: count },
      { label: words.share, style, value: total > 0 ? `${percent(count / total)} %` : null },
    ],
  };
}

function percent(share: number): string {
  return (100 * share).toPrecision(3);
}

/** Columns that have room, made anew only when their number changes. */
function columnsFor({ steps, range }: Stepped): (most: number) => Column[] {
  let [made, found]: [number, Column[]] = [0, []];
  return (most) => {
    const wanted = Math.max(1, Math.min(steps.length, Math.floor(most)));
    if (wanted !== made) [made, found] = [wanted, columnsOf(steps, range, BINS, wanted)];
    return found;
  };
}

function rowsOf({ steps }: Stepped): Scene["rows"] {
  return steps.flatMap(({ step, counted: { counts, edges } }) =>
    counts.map((count, i) => [step, edges[i] ?? null, edges[i + 1] ?? null, count]),
  );
}

function binFound(of: Stepped, column: Column | undefined, share: number): Found | null {
  const bin = Math.min(BINS - 1, Math.floor(share * BINS));
  if (!column || !(bin >= 0)) return null;
  const [low, high] = of.range;
  const edge = (i: number) => valueText(low + ((high - low) * i) / BINS);
  const { style, words } = of;
  return {
    runs: [of.run],
    head: words.step(column.step, column.last),
    rows: [
      { label: words.bin(edge(bin), edge(bin + 1)), style, value: null },
      // Counts that were shared out over bins are no whole numbers any more.
      { label: words.count, style, value: Number((column.counts[bin] ?? 0).toPrecision(4)) },
      { label: words.share, style, value: `${percent(column.shares[bin] ?? 0)} %` },
    ].filter(({ value }, i) => i === 0 || value !== null),
  };
}

/** Steps to the right, values upwards, the share of a bin as the strength of its colour. */
export function heatScene(of: Stepped): Scene {
  const columns = columnsFor(of);
  const x = axisOf(of.steps.length > 0 ? of.steps.map(({ step }) => step) : [0], false);
  const y = axisOf(of.range, false);
  const edgesOf = (some: readonly Column[]): number[] => {
    const middles = some.map(({ step, last }) => x.share((step + last) / 2) ?? 0);
    const between = middles.slice(1).map((one, i) => (one + (middles[i] ?? one)) / 2);
    return [0, ...between, 1];
  };
  return {
    paint(pen, size) {
      const box = inner(size);
      const some = columns(box.width / COLUMN);
      const edges = edgesOf(some);
      const most = Math.max(1e-12, ...some.map(({ shares }) => Math.max(...shares)));
      const levels = ramp(strokeOf(of.style));
      const tall = box.height / BINS;
      some.forEach(({ shares }, i) => {
        const from = box.left + (edges[i] ?? 0) * box.width;
        const width = (edges[i + 1] ?? 1) * box.width + box.left - from + 0.5;
        shares.forEach((share, bin) => {
          if (share <= 0) return;
          const level = Math.ceil(Math.sqrt(share / most) * (LEVELS - 1));
          const top = box.top + box.height - (bin + 1) * tall;
          pen.box(from, top, width, tall + 0.5, { color: levels[level] ?? "#888888" });
        });
      });
      drawAxes(pen, box, x, y);
    },
    at(left, top, size) {
      const box = inner(size);
      const [across, up] = [(left - box.left) / box.width, 1 - (top - box.top) / box.height];
      if (across < 0 || across > 1 || up < 0 || up > 1) return null;
      const some = columns(box.width / COLUMN);
      const i = edgesOf(some).findIndex(
        (edge, k, all) => edge <= across && across <= (all[k + 1] ?? -1),
      );
      return binFound(of, some[i], up);
    },
    legend: [],
    header: ["step", "from", "to", "count"],
    rows: rowsOf(of),
    missing: 0,
  };
}

/** From nearly the panel to the colour, and on towards the ink. */
function ramp(color: string): string[] {
  const { panel, ink } = theme();
  return Array.from({ length: LEVELS }, (_, i) => {
    const share = i / (LEVELS - 1);
    return share < 0.75
      ? mix(panel, color, 0.12 + (0.88 * share) / 0.75)
      : mix(color, ink, ((share - 0.75) / 0.25) * 0.6);
  });
}

/** Values to the right, one ridge for each step, later ones in front. */
export function ridgeScene(of: Stepped): Scene {
  const columns = columnsFor(of);
  const x = axisOf(of.range, false);
  const ridges = ({ height, top }: Box) => {
    const some = columns(height / RIDGE);
    const over = Math.min(height * 0.35, 46);
    const gap = (height - over) / Math.max(1, some.length - 1 || 1);
    const base = (i: number) => (some.length === 1 ? top + height : top + over + i * gap);
    return { some, over, gap, base };
  };
  return {
    paint(pen, size) {
      const box = inner(size);
      const { some, over, base } = ridges(box);
      const most = Math.max(1e-12, ...some.map(({ shares }) => Math.max(...shares)));
      const { panel, faint } = theme();
      const color = strokeOf(of.style);
      const every = Math.max(1, Math.ceil((some.length * 14) / box.height));
      drawAxes(pen, box, x, null);
      some.forEach(({ shares, step }, i) => {
        const y = base(i);
        const line: number[] = [];
        shares.forEach((share, bin) => {
          line.push(box.left + ((bin + 0.5) / BINS) * box.width, y - (share / most) * over);
        });
        const area = [box.left, y, ...line, box.left + box.width, y];
        pen.area(area, { color: mix(panel, color, 0.18), opacity: 0.92 });
        pen.line([box.left, y, ...line, box.left + box.width, y], { color, width: 1 });
        if (box.left > 20 && i % every === 0)
          pen.text(box.left - 5, y, String(step), { color: faint, align: "right" });
      });
    },
    at(left, top, size) {
      const box = inner(size);
      const { some, gap, base } = ridges(box);
      const i = Math.min(some.length - 1, Math.max(0, Math.ceil((top - base(0)) / gap)));
      const across = (left - box.left) / box.width;
      return across < 0 || across > 1 ? null : binFound(of, some[i], across);
    },
    legend: [],
    header: ["step", "from", "to", "count"],
    rows: rowsOf(of),
    missing: 0,
  };
}
