import { describe, expect, it } from "vitest";

import {
  exactSetting,
  exactValue,
  formatAgo,
  formatBytes,
  formatDuration,
  formatNumber,
  formatSetting,
  formatValue,
} from "./format";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [3, "3"],
    [9999, "9999"],
    [-42, "-42"],
    [0.1846, "0.1846"],
    [0.179, "0.1790"],
    [0.12345678, "0.1235"],
    [12.3456, "12.35"],
    [1234.56, "1235"],
    [0.001, "0.001000"],
    [0.00012, "1.2e-4"],
    [-0.000123456, "-1.235e-4"],
    [12_300, "12.3k"],
    [12_345, "12.35k"],
    [999_999, "1M"],
    [1_234_567_890, "1.235G"],
    [9999.7, "10k"],
    [1e18, "1e18"],
    [5e-324, "4.941e-324"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Inf"],
    [Number.NEGATIVE_INFINITY, "-Inf"],
  ])("writes %d as %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it("takes the words that JSON has for values it cannot say", () => {
    expect(formatValue("NaN")).toBe("NaN");
    expect(formatValue("-Infinity")).toBe("-Inf");
    expect(formatValue(null)).toBe("–");
  });

  it("keeps every digit for copying", () => {
    expect(exactValue(0.1 + 0.2)).toBe("0.30000000000000004");
    expect(exactValue(null)).toBe("");
    expect(exactSetting({ a: [1] })).toBe('{"a":[1]}');
  });
});

describe("settings", () => {
  it.each([
    [0.0001, "1e-4"],
    [0.5, "0.5"],
    [65_536, "65536"],
    [true, "true"],
    [null, "null"],
    [undefined, "–"],
    ["adam", "adam"],
    [[0.9, 0.999], "[0.9,0.999]"],
    [{}, "{}"],
  ])("writes %j as %s", (value, text) => expect(formatSetting(value)).toBe(text));
});

describe("times", () => {
  it.each([
    [-5, "0s"],
    [42_900, "42s"],
    [192_000, "3m 12s"],
    [3_599_999, "59m 59s"],
    [8_040_000, "2h 14m"],
    [25_620_000, "7h 07m"],
    [273_600_000, "3d 4h"],
  ])("writes %d ms as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

  it("tells how long ago, and the date after a week", () => {
    const now = Date.UTC(2026, 10, 22, 12);
    expect(formatAgo(now + 5000, now, "en")).toBe("now");
    expect(formatAgo(now - 2 * 3_600_000, now, "en")).toBe("2 hr. ago");
    expect(formatAgo(now - 2 * 3_600_000, now, "zh")).toContain("2小时");
    expect(formatAgo(now - 30 * 86_400_000, now, "en")).toBe("Oct 23");
    expect(formatAgo(now - 400 * 86_400_000, now, "en")).toContain("2025");
  });
});

it("writes bytes with binary prefixes", () => {
  expect(formatBytes(512)).toBe("512 B");
  expect(formatBytes(33_600_000_000)).toBe("31.3 GiB");
});
