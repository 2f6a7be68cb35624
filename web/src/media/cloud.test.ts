import { describe, expect, it } from "vitest";

import { edgesOf, type Point, readCloud, sphereOf } from "./cloud";
import { Problem } from "./problem";

/** As `swanlab.Object3D` packs it. */
function packed(points: Point[], header: Record<string, unknown> = {}): ArrayBuffer {
  let head = JSON.stringify({ count: points.length, boxes: [], ...header });
  head += " ".repeat((4 - ((head.length + 4) % 4)) % 4);
  const bytes = new Uint8Array(4 + head.length + 15 * points.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head.length, true);
  bytes.set(new TextEncoder().encode(head), 4);
  const start = 4 + head.length;
  points.forEach((point, i) => {
    point.forEach((value, axis) => view.setFloat32(start + 12 * i + 4 * axis, value, true));
    bytes.fill(i % 256, start + 12 * points.length + 3 * i, start + 12 * points.length + 3 * i + 3);
  });
  return bytes.buffer;
}

const many = Array.from({ length: 1000 }, (_, i): Point => [i, 0, 0]);
const cube = [0, 1, 2, 3, 4, 5, 6, 7].map((bits): Point => [bits & 4, bits & 2, bits & 1]);

describe("a cloud", () => {
  it("keeps every point with its colour", () => {
    const { xyz, rgb, shown, count } = readCloud(packed(many));
    expect([shown, count]).toEqual([1000, 1000]);
    const places = Array.from({ length: 1000 }, (_, i) => xyz[3 * i] ?? -1);
    expect(places.toSorted((a, b) => a - b)).toEqual(many.map(([x]) => x));
    expect(places.every((x, i) => rgb[3 * i] === x % 256)).toBe(true);
  });

  it("is thinned out evenly above the bound", () => {
    const { xyz, shown, count } = readCloud(packed(many), 100);
    expect([shown, count]).toEqual([100, 1000]);
    const tenths = Array.from({ length: 100 }, (_, i) => Math.floor((xyz[3 * i] ?? 0) / 100));
    for (let tenth = 0; tenth < 10; tenth++)
      expect(tenths.filter((one) => one === tenth).length).toBeGreaterThan(7);
  });

  it("has boxes with labels; what is no box is counted", () => {
    const boxes = [{ corners: cube, label: "cat", score: 0.5, color: [1, 2, 3] }, { corners: [] }];
    const found = readCloud(packed(many, { boxes }));
    expect(found.boxes).toEqual([{ corners: cube, label: "cat", score: 0.5, color: [1, 2, 3] }]);
    expect(found.left).toBe(1);
  });

  it.each([
    ["empty", new ArrayBuffer(0)],
    ["of noise", new Uint8Array(64).fill(7).buffer],
    ["cut off", packed(many).slice(0, 600)],
    ["with a wrong count", packed(many, { count: 1e9 })],
    ["with no count", packed(many, { count: "x" })],
  ])("%s is a problem", (_, bytes) => {
    expect(() => readCloud(bytes)).toThrow(Problem);
  });

  it("is looked at where its bulk is, not where a single point strayed", () => {
    const bulk = new Float32Array(3 * 5001);
    for (let i = 0; i < 15_000; i++) bulk[i] = Math.sin(i * 12.9898);
    bulk.set([1e6, 1e6, 1e6], 15_000);
    expect(sphereOf(bulk, []).radius).toBeLessThan(5);
    expect(sphereOf(new Float32Array(), []).radius).toBeGreaterThan(0);
  });
});

describe("the edges of a box", () => {
  const lengths = (corners: Point[]) =>
    edgesOf(corners)
      .map(([a, b]) =>
        Math.hypot(
          ...[0, 1, 2].map((axis) => (corners[a]?.[axis] ?? 0) - (corners[b]?.[axis] ?? 0)),
        ),
      )
      .toSorted((a, b) => a - b);

  it("are found in whatever order the corners come", () => {
    const orders = [
      [0, 1, 2, 3, 4, 5, 6, 7],
      [7, 0, 3, 5, 1, 6, 2, 4],
      [0, 1, 3, 2, 4, 5, 7, 6],
    ];
    for (const order of orders) {
      const found = lengths(order.map((i) => cube[i] as Point));
      expect(found).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4]);
    }
  });

  it("are twelve for what is no box", () => {
    expect(edgesOf(Array.from({ length: 8 }, (_, i): Point => [i * i, i, 0]))).toHaveLength(12);
  });
});
