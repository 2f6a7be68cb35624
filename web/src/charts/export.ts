/** A chart as a file: its picture, or every point behind it. */

import { projectPath, request } from "@/api/client";
import { download, toCsv } from "@/lib/csv";

import { fileName } from "./format";
import { drawing, type Picture, pixels } from "./picture";
import type { ChartSpec } from "./spec";

/** Steps the server gives exactly in one answer. */
const AT_ONCE = 20_000;
/** Longer charts than this many answers are saved as buckets (last, min, max, mean). */
const MOST_ANSWERS = 250;

export interface JsonChart {
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

/** Save the chart as it stands as a PNG; does nothing before it is drawn. */
export function savePicture(picture: Picture | null, { title }: Pick<ChartSpec, "title">): void {
  const canvas = picture && pixels(picture, title);
  if (!canvas) return;
  const link = document.createElement("a");
  link.download = fileName(title, "png");
  link.href = canvas.toDataURL("image/png");
  link.click();
}

/** Save the chart as it stands as an SVG; does nothing before it is drawn. */
export function saveDrawing(picture: Picture | null, { title }: Pick<ChartSpec, "title">): void {
  const text = picture && drawing(picture, title);
  if (text) download(fileName(title, "svg"), text, "image/svg+xml");
}

/** Ask for all points of the chart's lines, in full precision, and save them as CSV. */
export async function savePoints(
  place: { workspace: string; project: string },
  spec: ChartSpec,
): Promise<void> {
  const series = spec.lines.map(({ run, key, rank }) => ({ run, key, rank }));
  const path = `${projectPath(place.workspace, place.project)}/charts`;
  const parts = await allPoints(async (lo, hi) => {
    const body = { charts: [{ series, lo, hi, buckets: AT_ONCE }] };
    const { charts } = await request<{ charts: JsonChart[] }>("POST", path, { body });
    const [chart] = charts;
    if (!chart) throw new Error("the server left the chart out");
    return chart;
  });
  const labels = spec.lines.map((line) => line.label);
  const text = parts.map((part, i) => chartCsv(part, labels, i === 0)).join("");
  download(fileName(spec.title, "csv"), text, "text/csv;charset=utf-8");
}

/**
 * A whole chart in as many answers as it takes: a bucket `width` steps wide holds at most so many
 * points, so `AT_ONCE / width` of them always come back exact.
 */
export async function allPoints(
  ask: (lo: number | null, hi: number | null) => Promise<JsonChart>,
  atOnce = AT_ONCE,
): Promise<JsonChart[]> {
  const whole = await ask(null, null);
  const { x, width } = whole;
  const group = Math.floor(atOnce / width);
  if (whole.kind === "points" || group < 1 || x.length / group > MOST_ANSWERS) return [whole];
  const parts: JsonChart[] = [];
  for (let i = 0; i < x.length; i += group) {
    const last = x[Math.min(i + group, x.length) - 1] as number;
    // oxlint-disable-next-line no-await-in-loop -- one at a time is kind to the server
    parts.push(await ask(x[i] as number, last + width - 1));
  }
  return parts;
}

/** The chart as CSV: the step, the moment (ISO 8601), then each line's columns. */
export function chartCsv(chart: JsonChart, labels: readonly string[], withHeader = true): string {
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
  const text = toCsv(header, rows);
  return withHeader ? text : text.slice(text.indexOf("\r\n") + 2);
}

const COLUMNS = ["last", "min", "max", "mean"] as const;

/** How a value that JSON cannot say is spelled, when it was all there was. */
function lostValue(mark: readonly number[] | undefined): string | null {
  if (!mark) return null;
  if (mark[1]) return "NaN";
  return mark[2] ? "Infinity" : "-Infinity";
}
