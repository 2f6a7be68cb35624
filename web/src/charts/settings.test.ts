import { describe, expect, it } from "vitest";

import { axisOf, chosenAxis, DEFAULTS, parseSettings, parseStored, searchOf } from "./settings";

describe("chart settings", () => {
  it("survive the way through an address", () => {
    const settings = {
      smoothing: 0.6,
      x: "wall",
      y: "log",
      columns: 4,
      range: "robust",
      smoother: "gaussian",
      ranks: "each",
    } as const;
    expect(parseSettings(searchOf(settings))).toEqual(settings);
    expect(parseSettings(searchOf(DEFAULTS))).toEqual(DEFAULTS);
  });

  it("leave defaults out of the address", () => {
    const told = Object.values(searchOf({ ...DEFAULTS, y: "log" })).filter(Boolean);
    expect(told).toEqual(["log"]);
  });

  it("bear nonsense", () => {
    expect(parseSettings({ smooth: "many", x: 7, y: null, cols: "∞" })).toEqual(DEFAULTS);
    expect(parseSettings({ smooth: 3, cols: 99 })).toEqual({
      ...DEFAULTS,
      smoothing: 0.99,
      columns: 6,
    });
    expect(parseStored("{broken")).toEqual(DEFAULTS);
    expect(parseStored(null)).toEqual(DEFAULTS);
  });

  it("leave the axis to the training unless one is chosen", () => {
    expect(axisOf("auto", undefined)).toBe("step");
    expect(axisOf("auto", "metric:epoch")).toBe("metric:epoch");
    expect(axisOf("step", "metric:epoch")).toBe("step");
    expect([chosenAxis("metric:epoch"), chosenAxis("wall")]).toEqual(["auto", "wall"]);
  });
});
