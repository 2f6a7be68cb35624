/** A chart as a file: its picture, or every point behind it. */

import { projectPath, request } from "@/api/client";
import { download, toCsv } from "@/lib/csv";

import { fileName } from "./format";
import { picture, type Plot } from "./plot";
import type { ChartSpec } from "./spec";

/** More than this many different steps come as buckets (min, max, mean, last). */
const MOST_POINTS = 1_000_000;

interface JsonChart {
  kind: "points" | "buckets";
  width: number;
  x: number[];
  series: {
    last: (number | null)[];
    min?: (number | null)[] | null;
    max?: (number | null)[] | null;
    mean?: (number | null)[] | null;
    time?: (number | null)[] | null;
    nonfinite?: [number, number, number, number][];
  }[];
}

/** Save the plot as it stands as a PNG; does nothing before it is drawn. */
export function savePicture(plot: Plot | null, spec: ChartSpec): void {
  const canvas = plot?.canvas();
  if (!canvas) return;
  const link = document.createElement("a");
  link.download = fileName(spec.title, "png");
  link.href = picture(canvas, spec).toDataURL("image/png");
  link.click();
}

/** Ask for all points of the chart's lines, in full precision, and save them as CSV. */
export async function savePoints(
  place: { workspace: string; project: string },
  spec: ChartSpec,
): Promise<void> {
  const series = spec.lines.map(({ run, key, rank }) => ({ run, key, rank }));
  const buckets = Math.floor(MOST_POINTS / Math.max(1, series.length));
  const path = `${projectPath(place.workspace, place.project)}/charts`;
  const body = { charts: [{ series, lo: null, hi: null, buckets }] };
  const { charts } = await request<{ charts: JsonChart[] }>("POST", path, { body });
  const [chart] = charts;
  if (!chart) return;
  download(
    fileName(spec.title, "csv"),
    chartCsv(
      chart,
      spec.lines.map((line) => line.label),
    ),
    "text/csv;charset=utf-8",
  );
}

/** The chart as CSV: the step, the moment (ISO 8601), then each line's columns. */
export function chartCsv(chart: JsonChart, labels: readonly string[]): string {
  const names = chart.kind === "points" ? (["last"] as const) : COLUMNS;
  const header = ["step", "time"];
  for (const label of labels)
    for (const name of names) header.push(chart.kind === "points" ? label : `${label} (${name})`);
  const marks = chart.series.map((one) => new Map(one.nonfinite?.map((mark) => [mark[0], mark])));
  const rows = chart.x.map((step, i) => {
    const time = chart.series.map((one) => one.time?.[i]).find((one) => typeof one === "number");
    const row: (string | number | null)[] = [step, time ? new Date(time).toISOString() : null];
    chart.series.forEach((one, k) => {
      for (const name of names) row.push(one[name]?.[i] ?? lostValue(marks[k]?.get(i)));
    });
    return row;
  });
  return toCsv(header, rows);
}

const COLUMNS = ["last", "min", "max", "mean"] as const;

/** How a value that JSON cannot say is spelled, when it was all there was. */
function lostValue(mark: readonly number[] | undefined): string | null {
  if (!mark) return null;
  if (mark[1]) return "NaN";
  return mark[2] ? "Infinity" : "-Infinity";
}
