/**
 * The one WebGL context in which all scenes of the page are drawn: browsers hold few, and a page may
 * have a hundred scenes. Each is copied onto the canvas of its card.
 */

import {
  type Camera,
  LinearSRGBColorSpace,
  PMREMGenerator,
  type Scene,
  SRGBColorSpace,
  type Texture,
  WebGLRenderer,
} from "three";
import { RoomEnvironment } from "three/examples/jsm/environments/RoomEnvironment.js";

import { Problem } from "./problem";

/** How long the context is kept when nothing is shown any more (ms). */
const LINGER = 5000;

interface Stage {
  renderer: WebGLRenderer;
  light: Texture | null;
}

let stage: Stage | null = null;
let users = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Make sure that there is a context; throws a `Problem` where the browser gives none. */
export function openStage(redraw: () => void): () => void {
  clearTimeout(timer);
  stage ??= made();
  users += 1;
  listeners.add(redraw);
  return () => {
    users -= 1;
    listeners.delete(redraw);
    if (users === 0) timer = setTimeout(close, LINGER);
  };
}

function made(): Stage {
  const canvas = document.createElement("canvas");
  // Asked for first: the library would write an error of its own into the console.
  const context = canvas.getContext("webgl2", { alpha: true, antialias: true });
  if (context === null) throw new Problem("viewer.noWebgl");
  const renderer = new WebGLRenderer({ canvas, context, alpha: true, antialias: true });
  renderer.setScissorTest(true);
  // What the page took away it gives back; then all is drawn again.
  canvas.addEventListener("webglcontextrestored", () => {
    for (const redraw of listeners) redraw();
  });
  return { renderer, light: null };
}

function close(): void {
  stage?.light?.dispose();
  stage?.renderer.dispose();
  stage?.renderer.forceContextLoss();
  stage = null;
}

/** Light from all around, which what shines needs to be seen. */
export function surroundings(): Texture | null {
  if (!stage) return null;
  if (!stage.light) {
    const generator = new PMREMGenerator(stage.renderer);
    stage.light = generator.fromScene(new RoomEnvironment(), 0.04).texture;
    generator.dispose();
  }
  return stage.light;
}

/**
 * Draw a scene and copy it onto the whole of `canvas`.
 * @param plain colours are shown as they were logged, without light
 */
export function drawOnto(
  canvas: HTMLCanvasElement,
  scene: Scene,
  camera: Camera,
  plain: boolean,
): void {
  const ctx = canvas.getContext("2d");
  if (!stage || !ctx || canvas.width === 0 || canvas.height === 0) return;
  const { renderer } = stage;
  const own = renderer.domElement;
  const { width, height } = canvas;
  if (own.width < width || own.height < height)
    renderer.setSize(Math.max(own.width, width), Math.max(own.height, height), false);
  renderer.setViewport(0, 0, width, height);
  renderer.setScissor(0, 0, width, height);
  renderer.outputColorSpace = plain ? LinearSRGBColorSpace : SRGBColorSpace;
  renderer.setClearColor(0, 0);
  renderer.clear();
  renderer.render(scene, camera);
  ctx.clearRect(0, 0, width, height);
  ctx.drawImage(own, 0, own.height - height, width, height, 0, 0, width, height);
}
