/** Runs as points: one quantity over another. */

import type { ScatterDef } from "../custom";
import { type LineStyle, strokeOf, theme } from "../palette";
import type { Box, Pen } from "../pen";
import { type Axis, axisOf } from "./axis";
import { styleOf } from "./colors";
import type { PanelRun, Value } from "./runs";
import type { Found, Scene, Size } from "./scene";

type Read = (run: PanelRun, quantity: string) => Value;

interface Dot {
  run: PanelRun;
  x: number;
  y: number;
  values: readonly Value[];
  style: LineStyle;
}

const RADIUS = 4;
/** Farther than this from a point (px) the pointer points at nothing. */
const NEAR = 14;
const MOST_NAMES = 20;

export function scatterScene(def: ScatterDef, runs: readonly PanelRun[], read: Read): Scene {
  const rows = runs.map((run) => ({
    run,
    x: read(run, def.x),
    y: read(run, def.y),
    color: def.color === "" ? null : read(run, def.color),
  }));
  const x = axisOf(
    rows.map((row) => row.x),
    def.xLog,
    0.04,
  );
  const y = axisOf(
    rows.map((row) => row.y),
    def.yLog,
    0.06,
  );
  const colors = axisOf(
    rows.map((row) => row.color),
    "auto",
  );
  const dots = rows.flatMap((row): Dot[] => {
    const [across, up] = [x.share(row.x), y.share(row.y)];
    if (across === null || up === null) return [];
    const style = def.color === "" ? row.run.style : styleOf(row.color, colors);
    const values = [row.x, row.y, ...(def.color === "" ? [] : [row.color])];
    return [{ run: row.run, x: across, y: up, values, style: style ?? GREY }];
  });
  const names = [def.x, def.y, ...(def.color === "" ? [] : [def.color])];
  return {
    paint: (pen, size, lifted) => paint(pen, size, { x, y, dots, def, lifted, colors }),
    at: (left, top, size) => nearest(dots, plotBox(size, def), left, top, names),
    legend: legendOf(def, dots, colors),
    header: ["run", ...names],
    rows: dots.map(({ run, values }): Value[] => ([run.name] as Value[]).concat(values)),
    missing: runs.length - dots.length,
  };
}

/** For runs that have nothing of what colours the others. */
const GREY: LineStyle = { hue: 7, dash: [] };

function legendOf(def: ScatterDef, dots: readonly Dot[], colors: Axis): Scene["legend"] {
  if (def.color === "")
    return dots.slice(0, MOST_NAMES).map(({ run, style }) => ({ label: run.name, style }));
  const some = colors.words
    ? colors.order.map((word) => ({ label: word, style: styleOf(word, colors) ?? GREY }))
    : colors.ticks.map(({ share, label }) => ({
        label,
        style: styleOf(colors.value(share), colors) ?? GREY,
      }));
  return some.slice(0, MOST_NAMES);
}

/** Where points stand, and room for labels around. */
function plotBox({ width, height }: Size, { color }: ScatterDef): Box {
  const top = color === "" ? 8 : 24;
  return { left: 52, top, width: Math.max(1, width - 64), height: Math.max(1, height - top - 38) };
}

/** What the colours mean, in a row above the plot, as far as there is room. */
function drawColors(pen: Pen, { width }: Size, names: Scene["legend"]): void {
  const { ink } = theme();
  let x = 56;
  for (const { label, style } of names) {
    const text = shortened(label);
    const room = pen.measure(text, {}) + 24;
    if (x + room > width - 8) return;
    pen.dot(x, 10, 4, { color: strokeOf(style) });
    pen.text(x + 8, 10, text, { color: ink });
    x += room;
  }
}

interface Painting {
  x: Axis;
  y: Axis;
  dots: readonly Dot[];
  def: ScatterDef;
  lifted: string | null;
  colors: Axis;
}

function paint(pen: Pen, size: Size, { x, y, dots, def, lifted, colors }: Painting): void {
  const box = plotBox(size, def);
  drawAxes(pen, box, { x, y }, def);
  if (def.color !== "") drawColors(pen, size, legendOf(def, dots, colors));
  const some = lifted !== null && dots.some(({ run }) => run.id === lifted);
  const radius = dots.length > 500 ? RADIUS * 0.7 : RADIUS;
  const put = (dot: Dot, opacity: number) =>
    pen.dot(box.left + dot.x * box.width, box.top + (1 - dot.y) * box.height, radius, {
      color: strokeOf(dot.style),
      opacity,
    });
  for (const dot of dots) if (!some || dot.run.id !== lifted) put(dot, some ? 0.15 : 0.75);
  for (const dot of dots) if (some && dot.run.id === lifted) put(dot, 1);
}

function drawAxes(pen: Pen, box: Box, { x, y }: { x: Axis; y: Axis }, def: ScatterDef): void {
  const { grid, faint, ink } = theme();
  for (const { share, label } of y.ticks) {
    const at = box.top + (1 - share) * box.height;
    pen.line([box.left, at, box.left + box.width, at], { color: grid, width: 1 });
    pen.text(box.left - 6, at, shortened(label), { color: faint, align: "right" });
  }
  const every = Math.max(1, Math.ceil((x.ticks.length * 56) / box.width));
  x.ticks.forEach(({ share, label }, i) => {
    const at = box.left + share * box.width;
    pen.line([at, box.top, at, box.top + box.height], { color: grid, width: 1 });
    if (i % every === 0)
      pen.text(at, box.top + box.height + 5, shortened(label), {
        color: faint,
        align: "center",
        baseline: "top",
      });
  });
  pen.text(box.left + box.width / 2, box.top + box.height + 34, named(def.x, x), {
    color: ink,
    align: "center",
    baseline: "bottom",
  });
  pen.text(8, box.top + box.height / 2, named(def.y, y), {
    color: ink,
    align: "center",
    upright: true,
  });
}

function named(quantity: string, axis: Axis): string {
  const text = quantity.length > 40 ? `${quantity.slice(0, 39)}…` : quantity;
  return axis.log ? `${text} (log)` : text;
}

function shortened(label: string): string {
  return label.length > 9 ? `${label.slice(0, 8)}…` : label;
}

function nearest(
  dots: readonly Dot[],
  box: Box,
  left: number,
  top: number,
  names: readonly string[],
): Found | null {
  let found: Dot | null = null;
  let least = NEAR;
  for (const dot of dots) {
    const away = Math.hypot(
      box.left + dot.x * box.width - left,
      box.top + (1 - dot.y) * box.height - top,
    );
    if (away <= least) [found, least] = [dot, away];
  }
  if (found === null) return null;
  const { run, values, style } = found;
  return {
    runs: [run.id],
    head: run.name,
    rows: names.map((label, i) => ({ label, style, value: values[i] ?? null })),
  };
}
