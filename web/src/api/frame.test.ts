import { describe, expect, it } from "vitest";

import { decodeFrame, FrameError } from "./frame";

const pad = (n: number) => Math.ceil(n / 8) * 8;

/** Packs columns behind a header whose `at` are filled in by `place`, as the server does. */
function pack(
  columns: (Float32Array | Float64Array)[],
  header: (place: number[]) => unknown,
): ArrayBuffer {
  const text = (place: number[]) => new TextEncoder().encode(JSON.stringify(header(place)));
  // Offsets have the same number of digits in both rounds, so the header keeps its length.
  const start = pad(4 + text(columns.map(() => 1000)).length);
  let at = start + 1000 - (start % 1000);
  const place = columns.map((column) => {
    const mine = at;
    at += pad(column.byteLength);
    return mine;
  });
  const json = text(place);
  const buffer = new ArrayBuffer(at);
  new DataView(buffer).setUint32(0, json.length, true);
  new Uint8Array(buffer, 4).set(json);
  columns.forEach((column, i) =>
    new Uint8Array(buffer, place[i]).set(new Uint8Array(column.buffer)),
  );
  return buffer;
}

const steps = new Float64Array([0, 1, 2]);
const last = new Float32Array([1.5, NaN, 3.5]);
const time = new Float64Array([1e12, 1e12 + 1, 1e12 + 2]);

function points(): ArrayBuffer {
  return pack([steps, last, time], ([x, l, t]) => ({
    charts: [
      {
        kind: "points",
        width: 1,
        x: { at: x, n: 3 },
        series: [
          {
            run: "r1",
            key: "val/损失",
            rank: 0,
            count: 2,
            columns: { last: { at: l, type: "f4" }, time: { at: t, type: "f8" } },
            nonfinite: [[1, 1, 0, 0]],
          },
        ],
      },
    ],
  }));
}

describe("decodeFrame", () => {
  it("reads exact points, keys in any script, and what was not finite", () => {
    const [chart] = decodeFrame(points());
    expect(chart?.kind).toBe("points");
    expect(Array.from(chart?.x ?? [])).toEqual([0, 1, 2]);
    const series = chart?.series[0];
    expect(series?.key).toBe("val/损失");
    expect(series?.last[0]).toBe(1.5);
    expect(series?.last[1]).toBeNaN();
    expect(series?.min).toBeNull();
    expect(series?.time?.[2]).toBe(1e12 + 2);
    expect(series?.nonfinite).toEqual([[1, 1, 0, 0]]);
  });

  it("reads buckets with float64 columns where float32 would flatten", () => {
    const wide = new Float64Array([1e9, 1e9 + 0.001]);
    const buffer = pack([new Float64Array([0, 64]), wide, wide, wide, wide], (place) => ({
      charts: [
        {
          kind: "buckets",
          width: 64,
          x: { at: place[0], n: 2 },
          series: [
            {
              run: "r",
              key: "k",
              rank: 3,
              count: 128,
              columns: Object.fromEntries(
                ["last", "min", "max", "mean"].map((name, i) => [
                  name,
                  { at: place[i + 1], type: "f8" },
                ]),
              ),
            },
          ],
        },
      ],
    }));
    const series = decodeFrame(buffer)[0]?.series[0];
    expect(series?.max).toBeInstanceOf(Float64Array);
    expect(series?.mean?.[1]).toBe(1e9 + 0.001);
    expect(series?.rank).toBe(3);
  });

  it("copies nothing: the columns lie in the received buffer", () => {
    const buffer = points();
    expect(decodeFrame(buffer)[0]?.series[0]?.last.buffer).toBe(buffer);
  });

  it("refuses a frame that was cut short", () => {
    const whole = points();
    expect(() => decodeFrame(whole.slice(0, whole.byteLength - 8))).toThrow(FrameError);
    expect(() => decodeFrame(whole.slice(0, 20))).toThrow(FrameError);
    expect(() => decodeFrame(new ArrayBuffer(2))).toThrow(FrameError);
  });
});
