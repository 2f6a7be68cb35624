/**
 * Options of ECharts as they were logged: data, of which nothing is run and nothing is fetched. What
 * would be HTML, a page elsewhere or a function is taken out before the library sees it.
 */

import { isObject, parsedObject, Problem } from "./problem";

export interface Chart {
  option: Record<string, unknown>;
  /** Functions that were logged as text and are not run. */
  functions: number;
  /** The kinds of series in it. */
  kinds: string[];
  title: string;
  needs: { gl: boolean; liquid: boolean; cloud: boolean };
}

const DEEPEST = 60;
const FUNCTION = /^\s*(?:async\s+)?(?:function\b[^{]*\{|\([^()]*\)\s*=>|[\w$]+\s*=>)/;
/** What makes HTML or CSS of text, needs a compiler, or looks for elements of the page. */
const TAKEN_OUT = new Set([
  "extraCssText",
  "className",
  "appendTo",
  "appendToBody",
  "dataView",
  "optionToContent",
  "contentToOption",
  "postEffect",
  "temporalSuperSampling",
  "__proto__",
]);
/** What is only ever written, and may look like a function. */
const PLAIN = new Set(["name", "text", "subtext", "data", "value", "source"]);
/** Names of what is fetched. */
const PICTURES = new Set([
  "image",
  "baseTexture",
  "heightTexture",
  "displacementTexture",
  "environment",
  "texture",
  "detailTexture",
]);
/** Maps whose pictures come from others while one looks. */
const TILES = ["bmap", "amap", "gmap", "lmap", "leaflet", "mapbox3D", "maptalks3D"];

/** Read an option; throws a `Problem` for what cannot be drawn. */
export function readOption(text: string): Chart {
  const clean = { functions: 0 };
  const option = cleaned(parsedObject(text), clean, {
    name: "",
    depth: 0,
    tip: false,
  }) as Chart["option"];
  const parts = partsOf(option);
  const tiles = TILES.find((name) => parts.some((part) => name in part));
  if (tiles !== undefined) throw new Problem("viewer.tiles", { name: tiles });
  const series = parts.flatMap((part) => listOf(part.series)).filter(isObject);
  const kinds = [...new Set(series.map(({ type }) => String(type ?? "")).filter(Boolean))];
  for (const map of mapsOf(parts, series)) throw new Problem("viewer.noMap", { name: map });
  if (series.some((one) => one.type === "custom" && !("renderItem" in one)))
    throw new Problem("viewer.byFunction");
  const gl = kinds.some((kind) => /3D$|GL$|^surface$/.test(kind));
  const space = ["grid3D", "globe", "geo3D"].some((name) => parts.some((part) => name in part));
  return {
    option,
    functions: clean.functions,
    kinds,
    title: titleOf(parts),
    needs: {
      gl: gl || space,
      liquid: kinds.includes("liquidFill"),
      cloud: kinds.includes("wordCloud"),
    },
  };
}

/** An option by itself, or with what changes along a timeline. */
function partsOf(option: Record<string, unknown>): Record<string, unknown>[] {
  const { baseOption, options, media } = option;
  const more = listOf(media).map((one) => (isObject(one) ? one.option : null));
  return [option, baseOption, ...listOf(options), ...more].filter(isObject);
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Maps that the chart lies on: their outlines are not logged with it. */
function mapsOf(
  parts: readonly Record<string, unknown>[],
  series: readonly Record<string, unknown>[],
): string[] {
  const places = parts.flatMap(({ geo, geo3D }) => [...listOf(geo), ...listOf(geo3D)]);
  const drawn = series.filter(({ type }) => type === "map" || type === "map3D");
  return [...places.filter(isObject), ...drawn].map(({ map }) => String(map ?? "")).slice(0, 1);
}

function titleOf(parts: readonly Record<string, unknown>[]): string {
  const titles = parts.flatMap(({ title }) => listOf(title)).filter(isObject);
  return titles
    .map(({ text }) => (typeof text === "string" ? text : ""))
    .filter(Boolean)
    .join(", ");
}

interface Place {
  /** What it is called, or the list that it is in. */
  name: string;
  depth: number;
  /** Within a tooltip. */
  tip: boolean;
}

function cleaned(value: unknown, clean: { functions: number }, place: Place): unknown {
  const { name, tip } = place;
  if (place.depth > DEEPEST) throw new Problem("viewer.tooDeep");
  if (typeof value === "string") return worded(value, clean, place);
  const depth = place.depth + 1;
  if (Array.isArray(value)) return value.map((one) => cleaned(one, clean, { name, tip, depth }));
  if (!isObject(value)) return value;
  const found: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    if (TAKEN_OUT.has(key) || (key.startsWith("my") && isObject(one))) continue;
    const kept = cleaned(one, clean, { name: key, tip: tip || key === "tooltip", depth });
    if (kept !== undefined) found[key] = kept;
  }
  if ("link" in found) found.target = "blank";
  if ("sublink" in found) found.subtarget = "blank";
  // The layout on the graphics card; the other one runs in a worker of a kind that we forbid.
  if (isObject(found.forceAtlas2)) found.forceAtlas2 = { ...found.forceAtlas2, GPU: true };
  if ("tooltip" in found) found.tooltip = onCanvas(found.tooltip);
  return found;
}

/** Tooltips are drawn, not written as HTML. */
function onCanvas(tip: unknown): unknown {
  if (Array.isArray(tip)) return tip.map(onCanvas);
  return isObject(tip) ? Object.assign(tip, { renderMode: "richText" }) : tip;
}

/** A text as it may stand, or undefined where it may not. */
function worded(
  value: string,
  clean: { functions: number },
  { name, tip }: Place,
): string | undefined {
  if (!PLAIN.has(name) && FUNCTION.test(value)) {
    clean.functions += 1;
    return undefined;
  }
  if (name === "link" || name === "sublink") return /^https?:\/\//i.test(value) ? value : undefined;
  if (value.startsWith("image://") && !value.startsWith("image://data:image/")) return undefined;
  if (PICTURES.has(name) && /[/.]/.test(value) && !/^(?:image:\/\/)?data:image\//.test(value))
    return undefined;
  return tip && value.includes("<") ? unmarked(value) : value;
}

/** HTML as plain lines. */
function unmarked(html: string): string {
  return html
    .replaceAll(/<br\s*\/?>/gi, "\n")
    .replaceAll(/<[^<>]*>/g, "")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
