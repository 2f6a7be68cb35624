/**
 * Figures of plotly as they were logged: data, of which nothing is fetched. Texts in them may hold
 * plotly's few tags, which the library reads by itself; it makes no HTML of them.
 */

import { mix, type Theme } from "@/charts/palette";

import { isObject, parsedObject, Problem } from "./problem";

type Parts = Record<string, unknown>;

export interface Drawing {
  data: Parts[];
  layout: Parts;
  frames: unknown[];
  /** The kinds of traces in it. */
  kinds: string[];
  title: string;
  gl: boolean;
  /** It has a map of the world, which is drawn without the outlines of countries. */
  map: boolean;
  /** Pictures from elsewhere, which are not fetched. */
  pictures: number;
}

const GL = /3d$|gl$|^(?:surface|mesh3d|cone|streamtube|volume|isosurface|splom|parcoords)$/;
const TILES = /^(?:scatter|choropleth|density)map(?:box)?$/;

/** Read a figure; throws a `Problem` for what cannot be drawn. */
export function readFigure(text: string): Drawing {
  const found = parsedObject(text);
  const data = (Array.isArray(found.data) ? found.data : []).filter(isObject);
  const layout = isObject(found.layout) ? found.layout : {};
  const kinds = [...new Set(data.map(({ type }) => String(type ?? "scatter")))];
  const tiles = kinds.find((kind) => TILES.test(kind));
  if (tiles !== undefined) throw new Problem("viewer.tiles", { name: tiles });
  for (const trace of data) {
    if (typeof trace.geojson === "string") delete trace.geojson;
    if (trace.type === "choropleth" && trace.geojson === undefined)
      throw new Problem("viewer.noMap", { name: String(trace.locationmode ?? "ISO-3") });
  }
  let pictures = 0;
  for (const part of [layout, isObject(layout.template) ? layout.template.layout : null]) {
    if (!isObject(part) || !Array.isArray(part.images)) continue;
    const kept = part.images.filter(isHere);
    pictures += part.images.length - kept.length;
    part.images = kept;
  }
  return {
    data,
    layout,
    frames: Array.isArray(found.frames) ? found.frames : [],
    kinds,
    title: titleOf(layout.title),
    gl: kinds.some((kind) => GL.test(kind)),
    map: kinds.some((kind) => kind === "scattergeo" || kind === "choropleth"),
    pictures,
  };
}

function isHere(image: unknown): boolean {
  return (
    isObject(image) && typeof image.source === "string" && image.source.startsWith("data:image/")
  );
}

function titleOf(title: unknown): string {
  const text = isObject(title) ? title.text : title;
  return typeof text === "string" ? text.replaceAll(/<[^<>]*>/g, " ").trim() : "";
}

/** The layout for our page: its colours where the figure has none of its own, and its whole room. */
export function laidOut(
  { layout, title }: Drawing,
  page: Theme & { dark: boolean },
  full: boolean,
): Parts {
  const template = isObject(layout.template) ? layout.template : {};
  const { width: _, height: __, ...rest } = layout;
  const margin = full
    ? { l: 64, r: 24, t: title === "" ? 24 : 56, b: 48 }
    : { l: 44, r: 12, t: title === "" ? 12 : 36, b: 32 };
  return {
    ...rest,
    autosize: true,
    margin: { ...margin, ...(full && isObject(layout.margin) && layout.margin) },
    template: {
      ...template,
      layout: merged(isObject(template.layout) ? template.layout : {}, clothes(page)),
    },
  };
}

function clothes({ ink, faint, grid, panel, font, dark }: Theme & { dark: boolean }): Parts {
  const clear = "rgba(0,0,0,0)";
  const lines = { gridcolor: grid, linecolor: grid, zerolinecolor: mix(grid, faint, 0.4) };
  const wall = { ...lines, backgroundcolor: panel, tickcolor: faint };
  return {
    paper_bgcolor: clear,
    plot_bgcolor: clear,
    font: { color: ink, family: font, size: 12 },
    xaxis: lines,
    yaxis: lines,
    hoverlabel: { bgcolor: panel, bordercolor: grid, font: { color: ink } },
    scene: { xaxis: wall, yaxis: wall, zaxis: wall },
    polar: { bgcolor: clear, angularaxis: lines, radialaxis: lines },
    ternary: { bgcolor: clear, aaxis: lines, baxis: lines, caxis: lines },
    geo: {
      bgcolor: clear,
      landcolor: mix(panel, faint, 0.2),
      lakecolor: panel,
      subunitcolor: grid,
      lataxis: { gridcolor: grid, showgrid: true },
      lonaxis: { gridcolor: grid, showgrid: true },
    },
    ...(dark && { annotationdefaults: { arrowcolor: ink } }),
  };
}

/** Both together; of what both have, the second. */
function merged(one: Parts, other: Parts): Parts {
  const found = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const own = found[name];
    found[name] = isObject(own) && isObject(value) ? merged(own, value) : value;
  }
  return found;
}
