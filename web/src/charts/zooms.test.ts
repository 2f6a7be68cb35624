import { describe, expect, it } from "vitest";

import { parseZooms, withZoom } from "./zooms";

const zoom = (min: number, max: number) => ({ min, max, lo: min, hi: max });

describe("zooms", () => {
  it("survive the way through an address", () => {
    const entries = withZoom([], "metric:epoch", "loss", zoom(1, 2));
    expect(parseZooms(JSON.parse(JSON.stringify(entries)))).toEqual(entries);
  });

  it("of one chart and axis replace each other, and go", () => {
    let entries = withZoom([], "step", "loss", zoom(1, 2));
    entries = withZoom(entries, "wall", "loss", zoom(5, 6));
    entries = withZoom(entries, "step", "loss", zoom(3, 4));
    expect(entries).toEqual([
      ["loss", "wall", 5, 6],
      ["loss", "step", 3, 4],
    ]);
    expect(withZoom(entries, "step", "loss", null)).toEqual([["loss", "wall", 5, 6]]);
  });

  it("do not let an address grow without end", () => {
    let entries = parseZooms([]);
    for (let i = 0; i < 50; i++) entries = withZoom(entries, "step", `chart ${i}`, zoom(0, 1));
    expect(entries).toHaveLength(20);
    expect(entries.at(-1)?.[0]).toBe("chart 49");
  });

  it("that make no sense are left out", () => {
    const broken = [["a", "step", 2, 1], ["b", "nowhere", 0, 1], ["c", "step", "0", 1], 7, ["d"]];
    expect(parseZooms(broken)).toEqual([]);
    expect(parseZooms("loss")).toEqual([]);
  });
});
