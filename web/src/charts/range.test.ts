import { describe, expect, it } from "vitest";

import type { Table } from "./columns";
import { robustRange } from "./range";

const LINEAR = { axis: "linear", linearBelow: 1 } as const;

function tableOf(...columns: (number | null)[][]): Table {
  const x = (columns[0] ?? []).map((_, i) => i);
  const lines = columns.map((value) => ({ value, raw: null, low: null, high: null }));
  return { x, lines } as unknown as Table;
}

const wave = (n: number) => Array.from({ length: n }, (_, i) => Math.sin(i / 5));

describe("the range without outliers", () => {
  it("shows a curve without outliers whole", () => {
    expect(robustRange(tableOf(wave(200)), LINEAR, null)).toBeNull();
    const falling = Array.from({ length: 200 }, (_, i) => i);
    expect(robustRange(tableOf(falling), LINEAR, null)).toBeNull();
  });

  it("leaves a spike out and counts it", () => {
    const values = wave(200);
    values[100] = 1e6;
    values[150] = -1e6;
    const range = robustRange(tableOf(values), LINEAR, null);
    expect(range?.outside).toBe(2);
    expect(range?.high).toBeLessThan(3);
    expect(range?.low).toBeGreaterThan(-3);
  });

  it("goes by the part of x that is shown", () => {
    const values = wave(200);
    values[100] = 1e6;
    expect(robustRange(tableOf(values), LINEAR, [0, 50])).toBeNull();
    expect(robustRange(tableOf(values), LINEAR, [60, 199])?.outside).toBe(1);
  });

  it("counts the spike inside a bucket, whose mean lies within", () => {
    const table = tableOf([...wave(200), 50]);
    const [line] = table.lines;
    if (line) line.high = [...wave(200).map((one, i) => (i === 7 ? 99 : one)), 50];
    expect(robustRange(table, LINEAR, null)?.outside).toBe(2);
  });

  it("does not take the noise that a band shows for outliers", () => {
    const table = tableOf(Array.from({ length: 100 }, () => 1));
    const [line] = table.lines;
    if (line) {
      line.low = wave(100).map((one) => 1 - Math.abs(one) * 9);
      line.high = wave(100).map((one) => 1 + Math.abs(one) * 9);
    }
    expect(robustRange(table, LINEAR, null)).toBeNull();
  });

  it("sees the spike behind a smoothed line", () => {
    const table = tableOf(wave(200));
    const [line] = table.lines;
    if (line) line.raw = wave(200).map((one, i) => (i === 7 ? 1e3 : one));
    expect(robustRange(table, LINEAR, null)?.outside).toBe(1);
  });

  it("measures as drawn on a logarithmic axis, where decades are no outliers", () => {
    const values = Array.from({ length: 200 }, (_, i) => 10 ** (-i / 50));
    const log = { axis: "log", linearBelow: 1 } as const;
    expect(robustRange(tableOf(values), log, null)).toBeNull();
    expect(robustRange(tableOf([...values, 0, 1e30]), log, null)?.outside).toBe(1);
  });

  it("leaves everything as it is where the body has no height", () => {
    const values: (number | null)[] = Array.from({ length: 100 }, () => 0);
    values[50] = 7;
    values[60] = null;
    expect(robustRange(tableOf(values), LINEAR, null)).toBeNull();
    expect(robustRange(tableOf([]), LINEAR, null)).toBeNull();
  });
});
