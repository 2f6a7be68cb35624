import { describe, expect, it } from "vitest";

import { curvedTicks, evenTicks } from "./ticks";

const log = { y: "log", linearBelow: 1 } as const;

describe("curvedTicks", () => {
  it("marks the decades of a log axis", () => {
    expect(curvedTicks(0.0008, 1.2, log)).toEqual([0.001, 0.01, 0.1, 1]);
  });

  it("thins many decades to a handful", () => {
    const ticks = curvedTicks(1e-20, 1e20, log);
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect(ticks.at(-1)).toBe(1e20);
  });

  it("marks round numbers where the range is less than about a decade", () => {
    expect(curvedTicks(0.3, 0.72, log)).toEqual([0.4, 0.6]);
    expect(curvedTicks(1e-7, 1.01e-7, log).length).toBeGreaterThan(2);
  });

  it("marks both signs of symlog, and zero", () => {
    expect(curvedTicks(-120, 90, { y: "symlog", linearBelow: 1 })).toEqual([
      -100, -10, -1, 0, 1, 10,
    ]);
  });

  it("marks only what is inside", () => {
    for (const [min, max] of [
      [-1, -0.001],
      [0, 50],
      [-3, 1e6],
    ] as const)
      for (const tick of curvedTicks(min, max, { y: "symlog", linearBelow: 0.001 })) {
        expect(tick).toBeGreaterThanOrEqual(min);
        expect(tick).toBeLessThanOrEqual(max);
      }
  });
});

describe("evenTicks", () => {
  it("are round and inside", () => {
    expect(evenTicks(0, 1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(evenTicks(3, 3)).toEqual([3]);
  });
});
