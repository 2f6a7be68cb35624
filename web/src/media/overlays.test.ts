import { describe, expect, it } from "vitest";

import { classesOf, isDrawn, overlaysOf, paintMask, scoresOf } from "./overlays";

const item = {
  meta: {
    boxes: {
      found: {
        labels: { "1": "cat" },
        boxes: [
          { at: [0, 0, 1, 1], class: 1, scores: { p: 0.9, q: 0.2 } },
          { at: [1, 2, 30, 40], class: 2, pixel: true, caption: "dog" },
          { at: [0, Number.NaN, 1, 1], class: 3 },
          "no box",
        ],
      },
    },
    masks: { truth: { labels: { "0": "ground", "7": "sky" } } },
  },
  files: { truth: "abc" },
};

describe("overlays", () => {
  const overlays = overlaysOf(item);
  const [cat, dog] = overlays.boxes[0]?.boxes ?? [];

  it("are read, and what is no box is left out", () => {
    expect(overlays.boxes[0]?.boxes).toHaveLength(2);
    expect(cat?.score).toBe(0.9);
    expect(dog).toMatchObject({ pixel: true, caption: "dog", score: null });
    expect(overlays.masks).toEqual([
      { name: "truth", labels: { "0": "ground", "7": "sky" }, digest: "abc" },
    ]);
    expect(overlaysOf({ meta: { boxes: "x", masks: 3 }, files: {} })).toEqual({
      boxes: [],
      masks: [],
    });
  });

  it("have a legend with each class once", () => {
    expect(classesOf([overlays, overlays]).map(({ id, label }) => [id, label])).toEqual([
      ["found/1", "cat"],
      ["found/2", "2"],
      ["truth/0", "ground"],
      ["truth/7", "sky"],
    ]);
    expect(scoresOf([overlays])).toEqual({ low: 0.9, high: 0.9 });
    expect(scoresOf([])).toBeNull();
  });

  it("are drawn unless their class is off or their score too low", () => {
    if (!cat || !dog) throw new Error("there are no boxes");
    const off = new Set(["found/2"]);
    expect(isDrawn("found", cat, { off, least: 0.5 })).toBe(true);
    expect(isDrawn("found", cat, { off, least: 0.95 })).toBe(false);
    expect(isDrawn("found", dog, { off, least: undefined })).toBe(false);
    expect(isDrawn("found", dog, { off: new Set(), least: 0.95 })).toBe(true);
  });

  it("paint a mask in the colours of the classes that are on", () => {
    const levels = new Uint8ClampedArray([0, 0, 0, 255, 1, 1, 1, 255, 7, 7, 7, 255]);
    const plain = paintMask(levels, "m", {}, new Set());
    expect([plain[3], plain[7], plain[11]]).toEqual([0, 128, 128]);
    expect(plain.slice(4, 7)).not.toEqual(plain.slice(8, 11));
    const some = paintMask(levels, "m", { "0": "ground" }, new Set(["m/7"]));
    expect([some[3], some[7], some[11]]).toEqual([128, 128, 0]);
  });
});
