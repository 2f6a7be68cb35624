import { describe, expect, it } from "vitest";

import { barHeight, barOf, moved, MOST, spotAt, topOf } from "./scroll";

const short = { whole: 500_000, view: 800 };
const long = { whole: 180_000_000, view: 800 };
const end = MOST - long.view;
const far = long.whole - long.view;

describe("scrolling through lines", () => {
  it("is the bar's, as long as that is high enough", () => {
    expect(barHeight(short.whole)).toBe(short.whole);
    expect(moved({ bar: 0, top: 0 }, 12_345, short)).toEqual({ bar: 12_345, top: 12_345 });
    expect(spotAt(99_999_999, short)).toEqual({ bar: 499_200, top: 499_200 });
  });

  it("reaches both ends exactly when the bar is dragged there", () => {
    expect(barHeight(long.whole)).toBe(MOST);
    expect(moved({ bar: 0, top: 0 }, end, long)).toEqual({ bar: end, top: far });
    expect(moved({ bar: end, top: far }, 0, long)).toEqual({ bar: 0, top: 0 });
  });

  it("has a place for the bar wherever it is, and back", () => {
    for (const top of [0, 5, 999_999, 1_000_001, 70_000_000, far - 1_000_001, far - 3, far]) {
      const bar = barOf(top, long);
      expect(bar).toBeGreaterThanOrEqual(0);
      expect(bar).toBeLessThanOrEqual(end);
      expect(topOf(bar, long)).toBeCloseTo(top, 3);
    }
  });

  it("goes by pixels where the wheel turns", () => {
    const middle = spotAt(90_000_000, long);
    const next = moved(middle, middle.bar + 100, long);
    expect(next.top).toBe(middle.top + 100);
    expect(moved(next, next.bar - 100, long).top).toBe(middle.top);
  });

  it("comes to the very first and last line by small moves too", () => {
    let spot = spotAt(1_200_000, long);
    for (let i = 0; i < 3000 && spot.bar > 0; i++)
      spot = moved(spot, Math.max(0, spot.bar - 700), long);
    expect(spot).toEqual({ bar: 0, top: 0 });
    spot = spotAt(far - 1_200_000, long);
    for (let i = 0; i < 3000 && spot.bar < end; i++)
      spot = moved(spot, Math.min(end, spot.bar + 700), long);
    expect(spot.top).toBeCloseTo(far, 3);
  });

  it("never leaves the text", () => {
    expect(spotAt(-5, long)).toEqual({ bar: 0, top: 0 });
    expect(spotAt(long.whole, long).top).toBe(far);
    expect(spotAt(50, { whole: 100, view: 800 })).toEqual({ bar: 0, top: 0 });
  });
});
