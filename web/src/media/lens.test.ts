import { describe, expect, it } from "vitest";

import { atPixels, FITTED, lieOf, moved, zoomedAt } from "./lens";

const frame = { width: 400, height: 200 };
const picture = { width: 100, height: 100 };

describe("a picture in its frame", () => {
  it("is fitted and stands in the middle", () => {
    expect(lieOf(frame, picture)).toEqual({ x: 100, y: 0, width: 200, height: 200 });
  });

  it("keeps what is under the pointer where it is when it is enlarged", () => {
    const point = { x: 150, y: 50 };
    const shareOf = (lens: typeof FITTED) => {
      const { x, y, width, height } = lieOf(frame, picture, lens);
      return [(point.x - x) / width, (point.y - y) / height];
    };
    const near = zoomedAt(FITTED, 2, point, frame, picture);
    expect(near.scale).toBe(2);
    shareOf(near).forEach((share, i) => expect(share).toBeCloseTo(shareOf(FITTED)[i] ?? 0));
  });

  it("is never lost from sight nor enlarged without end", () => {
    const away = lieOf(frame, picture, moved(FITTED, 9999, -9999, frame, picture));
    expect(away.x).toBeLessThan(frame.width);
    expect(away.y + away.height).toBeGreaterThan(0);
    let lens = FITTED;
    for (let i = 0; i < 60; i += 1) lens = zoomedAt(lens, 2, { x: 0, y: 0 }, frame, picture);
    expect(lieOf(frame, picture, lens).width / picture.width).toBeCloseTo(64);
  });

  it("is shown pixel by pixel", () => {
    expect(lieOf(frame, picture, atPixels(1, frame, picture)).width).toBe(100);
  });
});
