import { describe, expect, it } from "vitest";

import { smooth } from "./smoothing";

const steps = (n: number, stride = 1) => Array.from({ length: n }, (_, i) => i * stride);

describe("smooth", () => {
  it("changes nothing at weight 0", () => {
    const y = [3, 1, 4, 1, 5];
    expect(smooth(steps(5), y, 0)).toEqual(y);
  });

  it("follows the documented formula", () => {
    const x = [0, 10, 30, 100];
    const y = [1, 2, 0, 4];
    const w = Math.sqrt(0.9);
    let s = 0;
    let n = 0;
    const expected = y.map((value, i) => {
      const f = w ** ((((x[i] ?? 0) - (x[Math.max(i - 1, 0)] ?? 0)) / 100) * 1000);
      s = s * f + value;
      n = n * f + 1;
      return s / n;
    });
    smooth(x, y, 0.9).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 12));
  });

  it("starts at the first value, not at zero, and keeps a constant constant", () => {
    const out = smooth(
      steps(50),
      Array.from({ length: 50 }, () => 7),
      0.99,
    );
    out.forEach((value) => expect(value).toBeCloseTo(7, 12));
  });

  it("looks the same whatever the unit of x", () => {
    const y = steps(100).map((i) => Math.sin(i * 17));
    const fine = smooth(steps(100), y, 0.8);
    smooth(steps(100, 1000), y, 0.8).forEach((value, i) =>
      expect(value).toBeCloseTo(fine[i] ?? NaN, 9),
    );
  });

  it("is calmer with more weight", () => {
    const x = steps(1000);
    const y = x.map((i) => (i % 2 ? 1 : -1));
    const swing = (weight: number) => {
      const out = smooth(x, y, weight).slice(500) as number[];
      return Math.max(...out) - Math.min(...out);
    };
    expect(swing(0.9)).toBeLessThan(swing(0.5));
    expect(swing(0.5)).toBeLessThan(swing(0.1));
  });

  it("leaves gaps gaps and passes over missing cells without weighing them", () => {
    const out = smooth([0, 1, 2, 3], [5, null, undefined, 5], 0.9);
    expect(out[1]).toBeNull();
    expect(out[2]).toBeUndefined();
    expect(out[3]).toBeCloseTo(5, 12);
  });

  it("bears a single point and an empty series", () => {
    expect(smooth([4], [2], 0.9)).toEqual([2]);
    expect(smooth([], [], 0.9)).toEqual([]);
  });
});
