/**
 * What a molecule is looked at through: a viewer of 3Dmol. Such a viewer cannot be thrown away (it
 * stays in the listeners of the page), so those that are not in use wait for the next molecule.
 */

import { createViewer, elementColors, type GLViewer } from "3dmol/build/3Dmol.es6-min.js";

import type { Atoms } from "./atoms";
import { Problem } from "./problem";

export interface Shown {
  atoms: Atoms;
  /** True: the key meant something. */
  press(key: string, shift: boolean): boolean;
  picture(): string;
  /** From where it is looked at. */
  view(): number[];
  stop(): void;
}

interface Pooled {
  place: HTMLDivElement;
  viewer: GLViewer;
}

/** More atoms are drawn as lines. */
const MOST_BALLS = 5000;
/** From so many residues on a chain is drawn as a ribbon. */
const CHAIN = 20;
const TURN = 8;
const MOVE = 20;
const NEARER = 1.18;

const idle: Pooled[] = [];

/** Show a molecule in `host`; throws a `Problem` for what cannot be drawn. */
export function lookAt(
  host: HTMLElement,
  what: { text: string; format: string; view: number[] | null },
): Shown {
  const pooled = idle.pop() ?? made();
  const { viewer, place } = pooled;
  host.append(place);
  const stop = () => {
    viewer.removeAllModels();
    place.remove();
    idle.push(pooled);
  };
  try {
    viewer.resize();
    const atoms = filled(viewer, what.text, what.format === "pdb" ? "pdb" : "sdf");
    viewer.zoomTo();
    if (what.view !== null) viewer.setView(what.view);
    viewer.render();
    return {
      atoms,
      press: (key, shift) => pressed(viewer, key, shift),
      picture: () => viewer.pngURI(),
      view: () => viewer.getView() as number[],
      stop,
    };
  } catch (error) {
    stop();
    if (error instanceof Problem) throw error;
    throw new Problem("viewer.noMolecule");
  }
}

function made(): Pooled {
  const place = document.createElement("div");
  place.style.cssText = "position:absolute;inset:0";
  // Asked first: the library would try to draw without.
  if (!document.createElement("canvas").getContext("webgl2")) throw new Problem("viewer.noWebgl");
  const viewer = createViewer(place, {
    backgroundAlpha: 0,
    antialias: true,
    disableFog: true,
    minimumZoomToDistance: 3,
  }) as GLViewer | undefined;
  if (!viewer) throw new Problem("viewer.noWebgl");
  return { place, viewer };
}

function filled(viewer: GLViewer, text: string, format: string): Atoms {
  const model = viewer.addModel(text, format, { keepH: true });
  const all = model.selectedAtoms({});
  if (all.length === 0) throw new Problem("viewer.noMolecule");
  const bonds = all.reduce((sum, atom) => sum + (atom.bonds?.length ?? 0), 0) / 2;
  const alphas = all.filter(({ atom, hetflag }) => atom === "CA" && !hetflag).length;
  const color = { colorscheme: { prop: "elem", map: { ...elementColors.Jmol, H: 0xc8c8c8 } } };
  if (all.length > MOST_BALLS) viewer.setStyle({}, { line: color });
  else
    viewer.setStyle({}, { stick: { radius: 0.14, ...color }, sphere: { scale: 0.27, ...color } });
  if (alphas >= CHAIN) {
    viewer.setStyle({ hetflag: false }, { cartoon: { color: "spectrum" } });
    viewer.setStyle({ elem: "H" }, {});
  }
  return { elements: all.map(({ elem }) => elem ?? "?"), bonds };
}

function pressed(viewer: GLViewer, key: string, shift: boolean): boolean {
  const keys: Record<string, () => void> = {
    ArrowLeft: () => (shift ? viewer.translate(-MOVE, 0) : viewer.rotate(-TURN, "y")),
    ArrowRight: () => (shift ? viewer.translate(MOVE, 0) : viewer.rotate(TURN, "y")),
    ArrowUp: () => (shift ? viewer.translate(0, -MOVE) : viewer.rotate(-TURN, "x")),
    ArrowDown: () => (shift ? viewer.translate(0, MOVE) : viewer.rotate(TURN, "x")),
    "+": () => viewer.zoom(NEARER),
    "=": () => viewer.zoom(NEARER),
    "-": () => viewer.zoom(1 / NEARER),
    "0": () => viewer.zoomTo(),
  };
  const act = keys[key];
  if (!act) return false;
  act();
  viewer.render();
  return true;
}
