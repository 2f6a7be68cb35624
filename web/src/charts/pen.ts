/** What charts are drawn with: the same strokes on a canvas and in an SVG file. */

export interface Ink {
  color: string;
  /** 0 to 1; 1 when missing. */
  opacity?: number;
}

export interface Stroke extends Ink {
  width: number;
  dash?: readonly number[];
}

export interface Lettering extends Ink {
  size?: number;
  bold?: boolean;
  align?: "left" | "center" | "right";
  baseline?: "top" | "middle" | "bottom";
  /** Quarter turns against the clock. */
  upright?: boolean;
}

/** Points as x, y, x, y, … */
export type Points = readonly number[];

export interface Pen {
  line(points: Points, stroke: Stroke): void;
  area(points: Points, ink: Ink): void;
  dot(x: number, y: number, radius: number, ink: Ink): void;
  box(x: number, y: number, width: number, height: number, ink: Ink): void;
  text(x: number, y: number, text: string, lettering: Lettering): void;
  /** Draw with everything outside of a box left out. */
  within(box: Box, draw: () => void): void;
  /** Width of a text in pixels; an estimate where nothing can be measured. */
  measure(text: string, lettering: Pick<Lettering, "size" | "bold">): number;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const SIZE = 11;

/** A pen for a canvas, in CSS pixels. */
export function canvasPen(ctx: CanvasRenderingContext2D, font: string): Pen {
  const fontOf = ({ size = SIZE, bold = false }: Pick<Lettering, "size" | "bold">) =>
    `${bold ? "600 " : ""}${size}px ${font}`;
  const path = (points: Points) => {
    ctx.beginPath();
    for (let i = 0; i < points.length; i += 2)
      ctx.lineTo(points[i] as number, points[i + 1] as number);
  };
  const fill = ({ color, opacity = 1 }: Ink) => {
    ctx.globalAlpha = opacity;
    ctx.fillStyle = color;
  };
  return {
    line(points, { color, opacity = 1, width, dash = [] }) {
      ctx.globalAlpha = opacity;
      ctx.strokeStyle = color;
      ctx.lineWidth = width;
      ctx.setLineDash([...dash]);
      path(points);
      ctx.stroke();
    },
    area(points, ink) {
      fill(ink);
      path(points);
      ctx.fill();
    },
    dot(x, y, radius, ink) {
      fill(ink);
      ctx.beginPath();
      ctx.arc(x, y, radius, 0, 2 * Math.PI);
      ctx.fill();
    },
    box(x, y, width, height, ink) {
      fill(ink);
      ctx.fillRect(x, y, width, height);
    },
    text(x, y, text, lettering) {
      const { align = "left", baseline = "middle", upright = false } = lettering;
      fill(lettering);
      ctx.font = fontOf(lettering);
      ctx.textAlign = align;
      ctx.textBaseline = baseline;
      ctx.save();
      ctx.translate(x, y);
      if (upright) ctx.rotate(-Math.PI / 2);
      ctx.fillText(text, 0, 0);
      ctx.restore();
    },
    within({ left, top, width, height }, draw) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, top, width, height);
      ctx.clip();
      draw();
      ctx.restore();
    },
    measure(text, lettering) {
      ctx.font = fontOf(lettering);
      return ctx.measureText(text).width;
    },
  };
}

/** A pen that writes an SVG document of this size in CSS pixels. */
export function svgPen(
  width: number,
  height: number,
  font: string,
): Pen & { toString(): string; at(x: number, y: number, draw: () => void): void } {
  const parts: string[] = [];
  let clips = 0;
  const ink = (name: "fill" | "stroke", { color, opacity = 1 }: Ink) =>
    `${name}="${escaped(color)}"${opacity === 1 ? "" : ` ${name}-opacity="${short(opacity)}"`}`;
  const list = (points: Points) => {
    const pairs: string[] = [];
    for (let i = 0; i < points.length; i += 2)
      pairs.push(`${short(points[i] as number)},${short(points[i + 1] as number)}`);
    return pairs.join(" ");
  };
  return {
    line(points, stroke) {
      const dash = stroke.dash?.length ? ` stroke-dasharray="${stroke.dash.join(" ")}"` : "";
      parts.push(
        `<polyline points="${list(points)}" fill="none" ${ink("stroke", stroke)} stroke-width="${short(stroke.width)}" stroke-linejoin="round"${dash}/>`,
      );
    },
    area: (points, of) => void parts.push(`<polygon points="${list(points)}" ${ink("fill", of)}/>`),
    dot: (x, y, radius, of) =>
      void parts.push(
        `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}" ${ink("fill", of)}/>`,
      ),
    box: (x, y, w, h, of) =>
      void parts.push(
        `<rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" ${ink("fill", of)}/>`,
      ),
    text(x, y, text, lettering) {
      const { size = SIZE, bold, align = "left", baseline = "middle", upright } = lettering;
      const turned = upright ? ` transform="rotate(-90 ${short(x)} ${short(y)})"` : "";
      const weight = bold ? ' font-weight="600"' : "";
      parts.push(
        `<text x="${short(x)}" y="${short(y)}" font-size="${size}"${weight} text-anchor="${ANCHORS[align]}" dominant-baseline="${BASELINES[baseline]}" ${ink("fill", lettering)}${turned}>${escaped(text)}</text>`,
      );
    },
    within(box, draw) {
      clips += 1;
      const id = `clip${clips}`;
      parts.push(
        `<clipPath id="${id}"><rect x="${short(box.left)}" y="${short(box.top)}" width="${short(box.width)}" height="${short(box.height)}"/></clipPath><g clip-path="url(#${id})">`,
      );
      draw();
      parts.push("</g>");
    },
    // Six tenths of its size is about the mean width of a letter; those of Chinese are square.
    measure: (text, { size = SIZE }) =>
      [...text].reduce((sum, letter) => sum + (letter > "\u2E80" ? 1 : 0.6) * size, 0),
    at(x, y, draw) {
      parts.push(`<g transform="translate(${short(x)} ${short(y)})">`);
      draw();
      parts.push("</g>");
    },
    toString: () =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(font)}">${parts.join("")}</svg>\n`,
  };
}

const ANCHORS = { left: "start", center: "middle", right: "end" };
const BASELINES = { top: "hanging", middle: "central", bottom: "text-after-edge" };

/** Two decimals are finer than any screen. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  // Control characters are not allowed in XML, not even escaped.
  return (
    text
      // oxlint-disable-next-line no-control-regex -- just these are taken out
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD")
      .replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
  );
}
