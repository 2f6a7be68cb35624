/** Things to be drawn, made from what was logged. */

import {
  Box3,
  BufferAttribute,
  BufferGeometry,
  Color,
  DirectionalLight,
  LineBasicMaterial,
  LineSegments,
  LinearSRGBColorSpace,
  Mesh,
  type Object3D,
  Points,
  PointsMaterial,
  Scene,
  Sphere as Ball,
  TextureLoader,
  Vector3,
} from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

import { type Box, type Cloud, edgesOf, type Point, sphereOf } from "./cloud";
import { Problem } from "./problem";
import type { Sphere } from "./turning";

export interface Label {
  at: Vector3;
  text: string;
  color: string;
}

export interface Model {
  scene: Scene;
  sphere: Sphere;
  up: "y" | "z";
  /** Colours as logged, without light. */
  plain: boolean;
  labels: Label[];
  /** While it is turned less may be drawn, so that it follows. */
  hurry(on: boolean): void;
  dispose(): void;
  /** What it consists of, for those who do not see it. */
  parts: { points: number; boxes: number; meshes: number; triangles: number };
}

/** Points that follow the pointer on any machine. */
const QUICK = 250_000;
const MOST_LABELS = 200;

export function cloudModel(cloud: Cloud): Model {
  const scene = new Scene();
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(cloud.xyz, 3));
  geometry.setAttribute("color", new BufferAttribute(cloud.rgb, 3, true));
  const size = (cloud.shown > 100_000 ? 1.5 : cloud.shown > 5_000 ? 2.5 : 3.5) * pixelRatio();
  const material = new PointsMaterial({ size, sizeAttenuation: false, vertexColors: true });
  const points = new Points(geometry, material);
  points.frustumCulled = false;
  const lines = boxLines(cloud.boxes);
  scene.add(points, lines);
  return {
    scene,
    sphere: sphereOf(cloud.xyz, cloud.boxes),
    up: "z",
    plain: true,
    labels: cloud.boxes.slice(0, MOST_LABELS).flatMap(labelOf),
    hurry: (on) => geometry.setDrawRange(0, on ? QUICK : Infinity),
    dispose: () => disposeAll(scene),
    parts: { points: cloud.count, boxes: cloud.boxes.length, meshes: 0, triangles: 0 },
  };
}

/** Pixels of the screen to one of the page; above 2 nobody sees the difference. */
export function pixelRatio(): number {
  return Math.min(2, devicePixelRatio);
}

function boxLines(boxes: readonly Box[]): LineSegments {
  const [places, colors]: [number[], number[]] = [[], []];
  for (const { corners, color } of boxes)
    for (const pair of edgesOf(corners))
      for (const corner of pair) {
        places.push(...(corners[corner] as Point));
        colors.push(...color.map((level) => level / 255));
      }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(places), 3));
  geometry.setAttribute("color", new BufferAttribute(new Float32Array(colors), 3));
  return new LineSegments(geometry, new LineBasicMaterial({ vertexColors: true }));
}

function labelOf({ corners, color, label, score }: Box): Label[] {
  const text = [label, score === null ? null : score.toFixed(2)].filter(Boolean).join(" ");
  if (text === "") return [];
  const top = Math.max(...corners.map(([, , z]) => z));
  const middle = [0, 1].map((axis) => corners.reduce((sum, one) => sum + (one[axis] ?? 0) / 8, 0));
  const [red, green, blue] = color.map((level) => level / 255) as Point;
  const paint = new Color().setRGB(red, green, blue, LinearSRGBColorSpace);
  const hex = `#${paint.getHexString(LinearSRGBColorSpace)}`;
  return [{ at: new Vector3(middle[0], middle[1], top), text, color: hex }];
}

/** Read a scene from a `.glb` file. */
export async function sceneModel(bytes: ArrayBuffer): Promise<Model> {
  const loader = new GLTFLoader();
  loader.register((parser) => {
    // The loader's other way to read pictures fetches `blob:` addresses, which our pages forbid.
    parser.textureLoader = new TextureLoader(parser.options.manager);
    return { name: "pictures" };
  });
  let loaded: Object3D;
  try {
    loaded = (await loader.parseAsync(bytes, "")).scene;
  } catch (error) {
    throw new Problem("viewer.badScene", { reason: reasonOf(error) });
  }
  const scene = new Scene();
  scene.environmentIntensity = 0.45;
  const light = new DirectionalLight(0xffffff, 1.2);
  light.position.set(1, 2, 3);
  scene.add(loaded, light);
  const ball = new Box3().setFromObject(loaded).getBoundingSphere(new Ball());
  const filled = Number.isFinite(ball.radius) && ball.radius > 0;
  const center = filled ? ball.center.toArray() : [0, 0, 0];
  return {
    scene,
    sphere: { center: center as Point, radius: filled ? ball.radius : 1 },
    up: "y",
    plain: false,
    labels: [],
    hurry: () => undefined,
    dispose: () => disposeAll(scene),
    parts: { points: 0, boxes: 0, ...counted(loaded) },
  };
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}

function counted(root: Object3D): { meshes: number; triangles: number } {
  let [meshes, triangles] = [0, 0];
  root.traverse((one) => {
    if (!(one instanceof Mesh)) return;
    const { index, attributes } = one.geometry as BufferGeometry;
    meshes += 1;
    triangles += Math.floor((index?.count ?? attributes.position?.count ?? 0) / 3);
  });
  return { meshes, triangles };
}

function disposeAll(scene: Scene): void {
  scene.traverse((one) => {
    const { geometry, material } = one as Partial<Mesh>;
    geometry?.dispose();
    for (const paint of [material ?? []].flat()) {
      for (const value of Object.values(paint))
        if (value && typeof value === "object" && "isTexture" in value)
          (value as { dispose(): void }).dispose();
      paint.dispose();
    }
  });
  scene.environment = null;
}
