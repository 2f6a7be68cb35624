import { describe, expect, it } from "vitest";

import { legible, lineStyle, styleOfRun } from "./palette";

describe("styleOfRun", () => {
  it("tells runs made one after the other apart", () => {
    const styles = Array.from({ length: 32 }, (_, i) => styleOfRun({ number: i + 1, color: null }));
    expect(new Set(styles.map((style) => JSON.stringify(style))).size).toBe(32);
  });

  it("takes the colour a run was given, drawn solid", () => {
    expect(styleOfRun({ number: 9, color: "#123456" })).toEqual({
      hue: 0,
      dash: [],
      color: "#123456",
    });
  });
});

describe("lineStyle", () => {
  it("dashes after the eight hues are used up", () => {
    expect(lineStyle(0).dash).toEqual([]);
    expect(lineStyle(8)).toEqual({ hue: 0, dash: [6, 3] });
  });
});

describe("legible", () => {
  it("leaves a colour that stands out as it is", () => {
    expect(legible("#d55e00", "#1c1d1f", "#ffffff")).toBe("#d55e00");
  });

  it("lifts a dark colour off a dark page and darkens a pale one on a white page", () => {
    expect(legible("#112233", "#e8e9ea", "#1a1c1f")).not.toBe("#112233");
    expect(legible("#ffffee", "#1c1d1f", "#ffffff")).not.toBe("#ffffee");
  });
});
