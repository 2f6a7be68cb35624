import { describe, expect, it } from "vitest";

import { HUES, hueOfRun, lineStyle } from "./palette";

describe("hueOfRun", () => {
  it("gives every id one of the hues, and uses them all", () => {
    const seen = new Set<number>();
    for (let i = 0; i < 2000; i++) seen.add(hueOfRun(`run-${i}-${(i * 7919) % 104729}`));
    expect([...seen].toSorted()).toEqual(Array.from({ length: HUES }, (_, hue) => hue));
  });

  it("is the same each time", () => {
    expect(hueOfRun("14pk4qbyav4toobziszli")).toBe(hueOfRun("14pk4qbyav4toobziszli"));
  });
});

describe("lineStyle", () => {
  it("dashes after the eight hues are used up", () => {
    expect(lineStyle(0).dash).toEqual([]);
    expect(lineStyle(8)).toEqual({ hue: 0, dash: [6, 3] });
  });
});
