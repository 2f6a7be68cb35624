/** What of a spec and its data decides whether a plot can take new data or is built anew. */

import type uPlot from "uplot";

import { type Column, drawnAxis, type Table } from "./columns";
import { columnsOf, linearBelow, type Shape } from "./options";
import type { ChartSpec } from "./spec";

/** What of the data decides how a plot is built. */
export function shapeOf(spec: ChartSpec, table: Table): Shape {
  return {
    banded: table.banded,
    smoothed: table.smoothed,
    y: drawnAxis(spec, table),
    linearBelow: linearBelow(table.low, table.high),
  };
}

/** What a plot is built for; the same form takes new data without being built anew. */
export function formOf(spec: ChartSpec, shape: Shape): string {
  const lines = spec.lines.map((line) => [line.run, line.key, line.rank, line.style]);
  const threshold = shape.y === "symlog" ? shape.linearBelow : 0;
  return JSON.stringify([
    lines,
    spec.x,
    spec.atLeast,
    spec.robust ?? false,
    spec.limits ?? null,
    spec.baseline ?? null,
    spec.language,
    shape.banded,
    shape.smoothed,
    shape.y,
    threshold,
  ]);
}

/** The columns of a plot of this shape: x, then those of each line. */
export function dataOf(table: Table, shape: Shape): uPlot.AlignedData {
  const columns: Column[] = table.lines.flatMap((line) =>
    columnsOf(shape).map((name) => line[name] ?? line.value),
  );
  return [table.x, ...columns] as unknown as uPlot.AlignedData;
}
