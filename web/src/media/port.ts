/** A canvas that shows a model: turned, resized and drawn when something has changed. */

import { onThemeChange, theme } from "@/charts/palette";

import { type Label, type Model, pixelRatio } from "./models";
import { drawOnto, openStage, surroundings } from "./stage";
import { turn, type Turning } from "./turning";

export interface Port extends Pick<Turning, "press" | "reset" | "wheel"> {
  show(model: Model): void;
  stop(): void;
}

/** Open a port on `canvas`; throws a `Problem` where the browser draws no 3D. */
export function openPort(canvas: HTMLCanvasElement): Port {
  let model: Model | null = null;
  let frame = 0;
  let hurried = false;
  const draw = () => {
    frame = 0;
    if (model) paint(canvas, model, turning, hurried);
  };
  const ask = (moving: boolean) => {
    hurried = moving;
    frame ||= requestAnimationFrame(draw);
  };
  const leave = openStage(() => ask(false));
  const turning = turn(canvas, ask);
  const observer = new ResizeObserver(() => {
    const ratio = pixelRatio();
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
    turning.resize(canvas.width / canvas.height);
    draw();
  });
  observer.observe(canvas);
  const forget = onThemeChange(() => ask(false));
  return {
    press: turning.press,
    reset: turning.reset,
    wheel: turning.wheel,
    show(next) {
      model = next;
      if (!model.plain) model.scene.environment = surroundings();
      turning.fit(model.sphere, model.up);
      ask(false);
    },
    stop() {
      cancelAnimationFrame(frame);
      observer.disconnect();
      forget();
      turning.stop();
      leave();
    },
  };
}

function paint(
  canvas: HTMLCanvasElement,
  model: Model,
  { camera }: Turning,
  hurried: boolean,
): void {
  model.hurry(hurried);
  drawOnto(canvas, model.scene, camera, model.plain);
  const ctx = canvas.getContext("2d");
  if (!ctx || model.labels.length === 0) return;
  const ratio = pixelRatio();
  ctx.font = `${11 * ratio}px ${theme().font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  for (const label of model.labels) letter(ctx, label, camera);
}

function letter(
  ctx: CanvasRenderingContext2D,
  { at, text, color }: Label,
  camera: Turning["camera"],
): void {
  const place = at.clone().project(camera);
  if (place.z > 1 || Math.abs(place.x) > 1 || Math.abs(place.y) > 1) return;
  const ratio = pixelRatio();
  const { canvas } = ctx;
  const { panel, ink } = theme();
  const [x, y] = [((place.x + 1) / 2) * canvas.width, ((1 - place.y) / 2) * canvas.height];
  const width = ctx.measureText(text).width + 8 * ratio;
  const height = 16 * ratio;
  ctx.fillStyle = panel;
  ctx.fillRect(x - width / 2, y - height - 3 * ratio, width, height);
  ctx.fillStyle = color;
  ctx.fillRect(x - width / 2, y - 4 * ratio, width, 1.5 * ratio);
  ctx.fillStyle = ink;
  ctx.fillText(text, x, y - 5 * ratio);
}
