/** How a scene is looked at: turned, moved and neared with pointer, touch and keys. */

import { PerspectiveCamera, Spherical, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";

const ANGLE = 45;
/** Of one press of a key: radians, share of the distance. */
const TURN = Math.PI / 24;
const STEP = 0.06;
const NEARER = 0.85;

export interface Sphere {
  center: readonly [number, number, number];
  radius: number;
}

export interface Turning {
  camera: PerspectiveCamera;
  /** Look at all of it, unless the person has turned it already. */
  fit(sphere: Sphere, up: "y" | "z"): void;
  reset(): void;
  /** The canvas has another shape. */
  resize(aspect: number): void;
  /** True: the key meant something. */
  press(key: string, shift: boolean): boolean;
  /** Whether the wheel nears, or scrolls the page. */
  wheel(on: boolean): void;
  stop(): void;
}

/**
 * @param changed it is looked at from elsewhere; `moving`: the pointer is still down
 */
export function turn(canvas: HTMLCanvasElement, changed: (moving: boolean) => void): Turning {
  const camera = new PerspectiveCamera(ANGLE, 1, 0.01, 1000);
  const controls = new OrbitControls(camera, canvas);
  let sphere: Sphere = { center: [0, 0, 0], radius: 1 };
  let moved = false;
  let moving = false;
  controls.addEventListener("start", () => {
    moved = true;
    moving = true;
  });
  controls.addEventListener("end", () => {
    moving = false;
    changed(false);
  });
  controls.addEventListener("change", () => changed(moving));

  const reset = () => {
    const { center, radius } = sphere;
    const upwards = camera.up.z === 1;
    const angle = (ANGLE / 2) * (Math.PI / 180);
    const across = Math.atan(Math.tan(angle) * Math.min(1, camera.aspect));
    const distance = (radius / Math.sin(Math.min(angle, across))) * 1.02;
    const from = upwards ? new Vector3(-0.55, -0.72, 0.48) : new Vector3(0.5, 0.4, 0.77);
    controls.target.set(...(center as [number, number, number]));
    camera.position.copy(controls.target).addScaledVector(from.normalize(), distance);
    camera.near = distance / 1000;
    camera.far = distance * 20;
    controls.minDistance = radius / 200;
    controls.maxDistance = distance * 8;
    camera.updateProjectionMatrix();
    moved = false;
    controls.update();
    changed(false);
  };

  const around = (theta: number, phi: number) => {
    // Spherical coordinates count from y; where z points up, the axes are exchanged.
    const upwards = camera.up.z === 1;
    const swap = (v: Vector3) => (upwards ? v.set(v.x, v.z, -v.y) : v);
    const back = (v: Vector3) => (upwards ? v.set(v.x, -v.z, v.y) : v);
    const offset = camera.position.clone().sub(controls.target);
    const place = new Spherical().setFromVector3(swap(offset));
    place.theta += theta;
    place.phi += phi;
    place.makeSafe();
    camera.position.copy(controls.target).add(back(offset.setFromSpherical(place)));
  };
  const nearer = (share: number) => {
    const offset = camera.position.clone().sub(controls.target);
    const length = offset.length() * share;
    offset.setLength(Math.min(controls.maxDistance, Math.max(controls.minDistance, length)));
    camera.position.copy(controls.target).add(offset);
  };
  const shift = (x: number, y: number) => {
    const distance = camera.position.distanceTo(controls.target) * STEP;
    const right = new Vector3().setFromMatrixColumn(camera.matrix, 0).multiplyScalar(x * distance);
    const up = new Vector3().setFromMatrixColumn(camera.matrix, 1).multiplyScalar(y * distance);
    camera.position.add(right).add(up);
    controls.target.add(right).add(up);
  };
  const keys: Record<string, (shifted: boolean) => void> = {
    ArrowLeft: (shifted) => (shifted ? shift(-1, 0) : around(-TURN, 0)),
    ArrowRight: (shifted) => (shifted ? shift(1, 0) : around(TURN, 0)),
    ArrowUp: (shifted) => (shifted ? shift(0, 1) : around(0, -TURN)),
    ArrowDown: (shifted) => (shifted ? shift(0, -1) : around(0, TURN)),
    "+": () => nearer(NEARER),
    "=": () => nearer(NEARER),
    "-": () => nearer(1 / NEARER),
    _: () => nearer(1 / NEARER),
  };
  return {
    camera,
    fit(next, up) {
      camera.up.set(0, up === "y" ? 1 : 0, up === "y" ? 0 : 1);
      sphere = next;
      if (!moved) reset();
    },
    reset,
    resize(aspect) {
      camera.aspect = aspect;
      if (moved) camera.updateProjectionMatrix();
      else reset();
    },
    press(key, shifted) {
      if (key === "0") {
        reset();
        return true;
      }
      const act = keys[key];
      if (!act) return false;
      act(shifted);
      moved = true;
      controls.update();
      changed(false);
      return true;
    },
    wheel(on) {
      controls.enableZoom = on;
    },
    stop: () => controls.dispose(),
  };
}
