import { describe, expect, it } from "vitest";

import { clockLabels, duration, durationLabels, exactNumber, fileName, tickLabels } from "./format";

describe("tickLabels", () => {
  it.each([
    [[0, 0.5, 1], 0.5, ["0", "0.5", "1.0"]],
    [[0, 0.0001, 0.0002], 0.0001, ["0", "1e-4", "2e-4"]],
    [[0.00012, 0.00014], 0.00002, ["1.2e-4", "1.4e-4"]],
    [[0, 0.000025, 0.00005, 0.000075], 0.000025, ["0", "2.5e-5", "5e-5", "7.5e-5"]],
    [[0, 20_000, 40_000], 20_000, ["0", "20k", "40k"]],
    [[0, 500, 1000], 500, ["0", "500", "1000"]],
    [[1_000_000, 1_500_000], 500_000, ["1.0M", "1.5M"]],
    [[-0.25, 0, 0.25], 0.25, ["-0.25", "0", "0.25"]],
    [[0], 1, ["0"]],
  ])("%j by %d reads %j", (ticks, increment, labels) => {
    expect(tickLabels(ticks, increment)).toEqual(labels);
  });

  it.each([
    [[0.99991, 0.99992, 0.99993], 0.00001],
    [[1_000_000.001, 1_000_000.002], 0.001],
    [[1e-7, 1.5e-7, 2e-7], 5e-8],
    [[123_456_000, 123_456_500], 500],
    [[1e18, 1.1e18], 1e17],
  ])("labels of %j differ from each other", (ticks, increment) => {
    expect(new Set(tickLabels(ticks, increment)).size).toBe(ticks.length);
  });
});

describe("exactNumber", () => {
  it("does not show the digits a float32 only seems to have", () => {
    expect(exactNumber(Math.fround(0.1), true)).toBe("0.1");
    expect(exactNumber(0.1 + 0.2)).toBe("0.30000000000000004");
  });
});

describe("times", () => {
  it.each([
    [0.5, "0.5s"],
    [42, "42s"],
    [60, "1m"],
    [8040, "2h 14m"],
    [90_000, "1d 1h"],
    [3605, "1h"],
    [-61, "-1m 1s"],
  ])("%d s reads %s", (seconds, text) => {
    expect(duration(seconds).startsWith(text)).toBe(true);
  });

  it("parts a duration axis below a second without losing digits", () => {
    expect(durationLabels([0, 0.25, 0.5], 0.25)).toEqual(["0", "0.25s", "0.50s"]);
    expect(durationLabels([0, 1800, 3600], 1800)).toEqual(["0", "30m", "1h"]);
  });

  it("names the day once on a clock axis", () => {
    const noon = Date.UTC(2026, 10, 22, 12) / 1000;
    const [first, second] = clockLabels([noon, noon + 60], 60, "en");
    expect(first).toContain("\n");
    expect(second).not.toContain("\n");
  });
});

describe("labels of a time axis that is zoomed far in", () => {
  it("tell parts of a second apart", () => {
    const noon = new Date(2026, 0, 2, 12, 0, 0).getTime() / 1000;
    const [, second, third] = clockLabels([noon, noon + 0.25, noon + 0.5], 0.25, "en");
    expect([second, third]).toEqual(["12:00:00.25", "12:00:00.50"]);
  });

  it("tell seconds apart hours after the start", () => {
    expect(durationLabels([93_780, 93_785], 5)).toEqual(["26:03:00", "26:03:05"]);
    expect(durationLabels([3600, 7200], 3600)).toEqual(["1h", "2h"]);
  });
});

describe("names", () => {
  it("makes a file name of any key", () => {
    expect(fileName("val/loss (img/s)", "csv")).toBe("val-loss-img-s.csv");
    expect(fileName("///", "png")).toBe("chart.png");
  });
});
