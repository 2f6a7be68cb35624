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

describe("the other kinds of smoothing", () => {
  const x = Array.from({ length: 101 }, (_, i) => i);
  const step = x.map((at) => (at < 50 ? 0 : 1));

  it.each(["gaussian", "mean"] as const)("%s keeps a constant and a gap as they are", (kind) => {
    const y = x.map((at) => (at === 40 ? null : 3));
    const out = smooth(x, y, 0.9, kind);
    expect(out[40]).toBeNull();
    const away = out.map((one) => Math.abs((one ?? 3) - 3));
    expect(Math.max(...away)).toBeLessThan(1e-12);
  });

  it.each(["gaussian", "mean"] as const)("%s looks both ways, so a step is not delayed", (kind) => {
    const out = smooth(x, step, 0.9, kind);
    expect(((out[49] as number) + (out[50] as number)) / 2).toBeCloseTo(0.5, 12);
  });

  it("the running mean is the mean of its window", () => {
    // reach = 100 · 0.125 · 0.8² = 8
    const y = x.map((at) => at ** 2);
    const window = y.slice(20 - 8, 20 + 8 + 1);
    const mean = window.reduce((sum, one) => sum + one, 0) / window.length;
    expect(smooth(x, y, 0.8, "mean")[20]).toBeCloseTo(mean, 9);
  });

  it("the Gaussian weighs by distance in x, not by how many points lie there", () => {
    const near = smooth([0, 50, 100], [0, 1, 0], 0.9, "gaussian");
    expect(near).toEqual([0, 1, 0]); // Others lie beyond three sigma.
  });

  it("nothing is smoothed at zero", () => {
    expect(smooth(x, step, 0, "gaussian")).toEqual(step);
    expect(smooth(x, step, 0, "mean")).toEqual(step);
  });
});
