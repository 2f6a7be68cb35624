/**
 * The packed frame of `POST …/charts`: `u32 header length (little-endian) | JSON header | padding to
 * 8 | columns`. Columns become typed arrays over the received buffer; nothing is copied.
 */

export type Values = Float32Array | Float64Array;

/** Index in `x`, then how many NaN, +Inf and -Inf were logged there. */
export type NonFinite = readonly [index: number, nan: number, positive: number, negative: number];

/** One series on its chart's `x`; NaN where it has nothing finite. */
export interface FrameSeries {
  run: string;
  key: string;
  rank: number;
  count: number;
  last: Values;
  /** Buckets only: the extremes and the mean of each bucket. */
  min: Values | null;
  max: Values | null;
  mean: Values | null;
  /** Unix milliseconds of the (first) point. */
  time: Float64Array | null;
  /** Where x is not the step: that of the (first) point. */
  step: Float64Array | null;
  /** Points that have no place on the x axis: logged before it had a value. */
  leftOut: number;
  nonfinite: readonly NonFinite[];
  /** First and last step of stored points that are damaged and so left out. */
  missing?: readonly [number, number][];
}

/** `points`: x are exact; `buckets`: left edges of buckets `width` wide, in units of the x axis. */
export interface FrameChart {
  kind: "points" | "buckets";
  width: number;
  x: Float64Array;
  series: FrameSeries[];
}

interface ColumnPlace {
  at: number;
  type: "f4" | "f8";
}

interface SeriesHeader {
  run: string;
  key: string;
  rank: number;
  count: number;
  columns: Partial<Record<"last" | "min" | "max" | "mean" | "time" | "step", ColumnPlace>>;
  nonfinite?: NonFinite[];
  left_out?: number;
  missing?: [number, number][];
}

interface FrameHeader {
  charts: {
    kind: "points" | "buckets";
    width: number;
    x: { at: number; n: number };
    series: SeriesHeader[];
  }[];
}

/** The bytes are not a packed frame: cut short, or written by a server of another version. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Decode a packed frame. Throws `FrameError` when a column lies outside the buffer. */
export function decodeFrame(buffer: ArrayBuffer): FrameChart[] {
  return readHeader(buffer).charts.map((chart) => {
    const n = chart.x.n;
    return {
      kind: chart.kind,
      width: chart.width,
      x: float64(buffer, chart.x.at, n),
      series: chart.series.map((series) => decodeSeries(buffer, series, n)),
    };
  });
}

function readHeader(buffer: ArrayBuffer): FrameHeader {
  if (buffer.byteLength < 4) throw new FrameError("the frame has no header");
  const length = new DataView(buffer).getUint32(0, true);
  if (4 + length > buffer.byteLength) throw new FrameError("the frame's header is cut short");
  try {
    return JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as FrameHeader;
  } catch (cause) {
    throw new FrameError("the frame's header is not JSON", { cause });
  }
}

function decodeSeries(buffer: ArrayBuffer, header: SeriesHeader, n: number): FrameSeries {
  const { last, min, max, mean, time, step } = header.columns;
  if (!last) throw new FrameError(`series ${header.key} has no values`);
  const values = (place: ColumnPlace | undefined): Values | null =>
    place ? column(buffer, place, n) : null;
  return {
    run: header.run,
    key: header.key,
    rank: header.rank,
    count: header.count,
    last: column(buffer, last, n),
    min: values(min),
    max: values(max),
    mean: values(mean),
    time: time ? float64(buffer, time.at, n) : null,
    step: step ? float64(buffer, step.at, n) : null,
    leftOut: header.left_out ?? 0,
    nonfinite: header.nonfinite ?? [],
    missing: header.missing ?? [],
  };
}

function column(buffer: ArrayBuffer, place: ColumnPlace, n: number): Values {
  if (place.type === "f8") return float64(buffer, place.at, n);
  inside(buffer, place.at, n * 4);
  return new Float32Array(buffer, place.at, n);
}

function float64(buffer: ArrayBuffer, at: number, n: number): Float64Array {
  inside(buffer, at, n * 8);
  return new Float64Array(buffer, at, n);
}

function inside(buffer: ArrayBuffer, at: number, bytes: number): void {
  if (at % 8 !== 0 || at + bytes > buffer.byteLength)
    throw new FrameError(`a column at byte ${at} lies outside the frame`);
}
