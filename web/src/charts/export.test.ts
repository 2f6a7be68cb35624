import { describe, expect, it, vi } from "vitest";

vi.hoisted(() => {
  globalThis.matchMedia ??= (() => ({
    matches: false,
    addEventListener() {},
    removeEventListener() {},
  })) as unknown as typeof matchMedia;
});

const { allPoints, chartCsv } = await import("./export");
import type { JsonChart } from "./export";

describe("chartCsv", () => {
  it("writes exact points with their moment, holes empty and NaN as NaN", () => {
    const csv = chartCsv(
      {
        kind: "points",
        width: 1,
        x: [0, 1, 2],
        series: [
          { last: [0.1, null, 3], time: [1e12, 1e12 + 1, 1e12 + 2], nonfinite: [[1, 1, 0, 0]] },
          { last: [null, 5, null], time: [null, 1e12 + 1, null] },
        ],
      },
      ["a", "b, or not"],
    );
    expect(csv.trim().split("\r\n")).toEqual([
      'step,time,a,"b, or not"',
      "0,2001-09-09T01:46:40.000Z,0.1,",
      "1,2001-09-09T01:46:40.001Z,NaN,5",
      "2,2001-09-09T01:46:40.002Z,3,",
    ]);
  });

  it("names the columns of buckets", () => {
    const csv = chartCsv(
      {
        kind: "buckets",
        width: 64,
        x: [0],
        series: [{ last: [1], min: [0], max: [2], mean: [1], time: [null] }],
      },
      ["a"],
    );
    expect(csv.split("\r\n")[0]).toBe("step,time,a (last),a (min),a (max),a (mean)");
  });
});

describe("allPoints", () => {
  /** A series with a point at every step, answered as the server does: exact if few enough. */
  const server = (count: number, most: number) => {
    const asked: [number | null, number | null][] = [];
    const ask = async (lo: number | null, hi: number | null): Promise<JsonChart> => {
      asked.push([lo, hi]);
      const from = lo ?? 0;
      const to = Math.min(hi ?? count - 1, count - 1);
      let width = 1;
      while (Math.floor(to / width) - Math.floor(from / width) + 1 > most) width *= 2;
      const x: number[] = [];
      for (let at = Math.floor(from / width) * width; at <= to; at += width) x.push(at);
      return { kind: width === 1 ? "points" : "buckets", width, x, series: [{ last: x }] };
    };
    return { ask, asked };
  };

  it("asks once for a short series", async () => {
    const { ask, asked } = server(10, 100);
    expect(await allPoints(ask, 100)).toHaveLength(1);
    expect(asked).toHaveLength(1);
  });

  it("gets every point of a long one exactly once", async () => {
    const { ask } = server(1234, 100);
    const parts = await allPoints(ask, 100);
    expect(parts.every((part) => part.kind === "points")).toBe(true);
    const steps = parts.flatMap((part) => part.x);
    expect(steps).toEqual(Array.from({ length: 1234 }, (_, i) => i));
    const csv = parts.map((part, i) => chartCsv(part, ["a"], i === 0)).join("");
    expect(csv.trim().split("\r\n")).toHaveLength(1235);
  });

  it("leaves a very long one in buckets", async () => {
    const { ask, asked } = server(1_000_000, 100);
    expect((await allPoints(ask, 100))[0]?.kind).toBe("buckets");
    expect(asked).toHaveLength(1);
  });
});
