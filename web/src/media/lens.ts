/** Where a picture lies in its frame: fitted, or enlarged and moved. */

export interface Size2 {
  width: number;
  height: number;
}

/** How a picture is enlarged beyond the fit, and by how much its middle is moved (shares of the frame). */
export interface Lens {
  scale: number;
  x: number;
  y: number;
}

export const FITTED: Lens = { scale: 1, x: 0, y: 0 };

/** Of the fit. */
const LEAST = 0.5;
/** Screen pixels for one of the picture. */
const MOST_PIXELS = 64;

export interface Rect extends Size2 {
  x: number;
  y: number;
}

/** The largest scale at which all of the picture is in the frame; small pictures are enlarged too. */
function fitScale(frame: Size2, picture: Size2): number {
  return Math.min(frame.width / picture.width, frame.height / picture.height);
}

/** Where the picture lies (px). */
export function lieOf(frame: Size2, picture: Size2, lens: Lens = FITTED): Rect {
  if (picture.width <= 0 || picture.height <= 0) return { x: 0, y: 0, ...frame };
  const scale = fitScale(frame, picture) * lens.scale;
  const [width, height] = [picture.width * scale, picture.height * scale];
  return {
    x: (frame.width - width) / 2 + lens.x * frame.width,
    y: (frame.height - height) / 2 + lens.y * frame.height,
    width,
    height,
  };
}

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** The picture's middle stays so near that a part of it is always seen. */
function held(lens: Lens, frame: Size2, picture: Size2): Lens {
  const { width, height } = lieOf(frame, picture, { ...lens, x: 0, y: 0 });
  const room = (size: number, of: number) => (size / 2 + of / 2) / of - 0.1;
  const [x, y] = [room(width, frame.width), room(height, frame.height)];
  return { scale: lens.scale, x: within(lens.x, -x, x), y: within(lens.y, -y, y) };
}

/** The lens after zooming by `factor`, with what is under the point (px in the frame) staying there. */
export function zoomedAt(
  lens: Lens,
  factor: number,
  point: { x: number; y: number },
  frame: Size2,
  picture: Size2,
): Lens {
  const most = Math.max(1, MOST_PIXELS / fitScale(frame, picture));
  const scale = within(lens.scale * factor, LEAST, most);
  const grown = scale / lens.scale;
  const from = (at: number, size: number) => at / size - 0.5;
  const [px, py] = [from(point.x, frame.width), from(point.y, frame.height)];
  return held(
    { scale, x: px - (px - lens.x) * grown, y: py - (py - lens.y) * grown },
    frame,
    picture,
  );
}

/** The lens after dragging by so many px. */
export function moved(lens: Lens, dx: number, dy: number, frame: Size2, picture: Size2): Lens {
  return held(
    { ...lens, x: lens.x + dx / frame.width, y: lens.y + dy / frame.height },
    frame,
    picture,
  );
}

/** The lens that shows one pixel of the picture as `pixels` of the page. */
export function atPixels(pixels: number, frame: Size2, picture: Size2): Lens {
  return { scale: pixels / fitScale(frame, picture), x: 0, y: 0 };
}
