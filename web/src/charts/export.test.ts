import { describe, expect, it, vi } from "vitest";

vi.hoisted(() => {
  globalThis.matchMedia ??= (() => ({
    matches: false,
    addEventListener() {},
    removeEventListener() {},
  })) as unknown as typeof matchMedia;
});

const { chartCsv } = await import("./export");

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
