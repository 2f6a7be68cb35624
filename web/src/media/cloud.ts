/** Clouds of points with boxes, as `swanlab.Object3D` packs them. */

import { isObject, parsedObject, Problem } from "./problem";

export interface Cloud {
  /** x, y, z of each point that is drawn. */
  xyz: Float32Array;
  /** Red, green, blue of each, 0 to 255. */
  rgb: Uint8Array;
  /** Points that are drawn, and points that there are. */
  shown: number;
  count: number;
  boxes: Box[];
  /** Boxes that were left out, as there are too many or they have not eight corners. */
  left: number;
}

export type Point = [number, number, number];

export interface Box {
  corners: Point[];
  color: Point;
  label: string | null;
  score: number | null;
}

/** More points are thinned out evenly: a browser keeps turning a million. */
export const MOST_POINTS = 1_000_000;
const MOST_BOXES = 2_000;
const POINT = 15;

/** Read `u32 header length | JSON header | float32 xyz | uint8 rgb`. */
export function readCloud(bytes: ArrayBuffer, most = MOST_POINTS): Cloud {
  if (bytes.byteLength < 8) throw new Problem("viewer.noCloud");
  const head = new DataView(bytes).getUint32(0, true);
  const start = 4 + head;
  if (start % 4 !== 0 || start > bytes.byteLength) throw new Problem("viewer.noCloud");
  const header = parsedObject(new TextDecoder().decode(new Uint8Array(bytes, 4, head)));
  const { count, boxes } = header;
  if (!Number.isInteger(count) || (count as number) < 0) throw new Problem("viewer.noCloud");
  const points = count as number;
  if (bytes.byteLength - start !== points * POINT) throw new Problem("viewer.noCloud");
  const all = Array.isArray(boxes) ? boxes : [];
  const some = all.slice(0, MOST_BOXES).flatMap(boxOf);
  const xyz = new Float32Array(bytes, start, points * 3);
  const rgb = new Uint8Array(bytes, start + points * 12, points * 3);
  return { ...spread(xyz, rgb, most), count: points, boxes: some, left: all.length - some.length };
}

function boxOf(value: unknown): Box[] {
  if (!isObject(value)) return [];
  const { corners, color, label, score } = value;
  if (!Array.isArray(corners) || corners.length !== 8 || !corners.every(isPoint)) return [];
  return [
    {
      corners,
      color: isPoint(color) ? color : [0, 255, 0],
      label: typeof label === "string" ? label : null,
      score: typeof score === "number" && Number.isFinite(score) ? score : null,
    },
  ];
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 3 && value.every((one) => Number.isFinite(one));
}

/**
 * The points in an order of which every beginning is spread over the whole, at most `most` of them:
 * so that fewer can be drawn while the cloud is turned.
 */
function spread(
  xyz: Float32Array,
  rgb: Uint8Array,
  most: number,
): Pick<Cloud, "xyz" | "rgb" | "shown"> {
  const count = xyz.length / 3;
  const shown = Math.min(count, most);
  const stride = coprime(count);
  const [places, colors] = [new Float32Array(shown * 3), new Uint8Array(shown * 3)];
  for (let i = 0, from = 0; i < shown; i++, from = (from + stride) % count)
    for (let axis = 0; axis < 3; axis++) {
      places[3 * i + axis] = xyz[3 * from + axis] ?? 0;
      colors[3 * i + axis] = rgb[3 * from + axis] ?? 0;
    }
  return { xyz: places, rgb: colors, shown };
}

/** A step near the golden section of `count` that comes to every one of them. */
function coprime(count: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  for (let step = Math.max(1, Math.round(count * 0.618)); step < count; step++)
    if (divisor(count, step) === 1) return step;
  return 1;
}

/** Where the bulk of the points lies: far-off single ones do not make the rest a speck. */
export function sphereOf(
  xyz: Float32Array,
  boxes: readonly Box[],
): { center: Point; radius: number } {
  const corners = boxes.flatMap((box) => box.corners);
  const step = Math.max(1, Math.floor(xyz.length / 3 / 20_000));
  const axes = ([0, 1, 2] as const).map((axis) => {
    const values: number[] = [];
    for (let i = axis; i < xyz.length; i += 3 * step) values.push(xyz[i] ?? 0);
    values.sort((a, b) => a - b);
    const at = (share: number) => values[Math.round(share * (values.length - 1))] ?? 0;
    const [low, high] = [at(0.005), at(0.995)];
    const room = (high - low) / 2;
    const ends = [Math.max(at(0), low - room), Math.min(at(1), high + room)];
    const all = [...(values.length > 0 ? ends : []), ...corners.map((corner) => corner[axis])];
    return [Math.min(...all), Math.max(...all)] as const;
  });
  const [x, y, z] = axes.map(([low, high]) => (low + high) / 2) as Point;
  const radius = Math.hypot(...axes.map(([low, high]) => (high - low) / 2));
  if (!Number.isFinite(radius)) return { center: [0, 0, 0], radius: 1 };
  return { center: [x, y, z], radius: radius || 1 };
}

/**
 * The twelve edges of a box, as pairs of its corners, in whatever order the corners come: those of a
 * parallelepiped, else the corners counted as bits.
 */
export function edgesOf(corners: readonly Point[]): [number, number][] {
  const bits = framed(corners) ?? corners.map((_, i) => i);
  const edges: [number, number][] = [];
  for (let a = 0; a < 8; a++)
    for (let b = a + 1; b < 8; b++) {
      const differs = (bits[a] ?? 0) ^ (bits[b] ?? 0);
      if (differs === 1 || differs === 2 || differs === 4) edges.push([a, b]);
    }
  return edges;
}

/** Of each corner, by which of three edges it is reached from the first one; null: by none. */
function framed(corners: readonly Point[]): number[] | null {
  const [origin] = corners;
  if (!origin) return null;
  const from = corners.map((one) => one.map((value, axis) => value - (origin[axis] ?? 0)));
  const size = Math.max(...from.map((one) => Math.hypot(...one)));
  const near = (a: readonly number[], b: readonly number[]) =>
    Math.hypot(...a.map((value, axis) => value - (b[axis] ?? 0))) <= size * 1e-3;
  for (let u = 1; u < 8; u++)
    for (let v = u + 1; v < 8; v++)
      for (let w = v + 1; w < 8; w++) {
        const bits = from.map((one) =>
          [0, 1, 2, 3, 4, 5, 6, 7].find((mask) =>
            near(
              one,
              [0, 1, 2].map((axis) =>
                [u, v, w].reduce(
                  (sum, at, bit) => sum + (mask & (1 << bit) ? (from[at]?.[axis] ?? 0) : 0),
                  0,
                ),
              ),
            ),
          ),
        );
        if (new Set(bits).size === 8 && bits.every((bit) => bit !== undefined)) return bits;
      }
  return null;
}
