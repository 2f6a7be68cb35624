/**
 * The one tooltip of the page, moved by whichever plot is under the pointer. A click pins it: it then
 * shows every digit, its text can be selected, and it stays until a click elsewhere or Escape.
 */

import { strokeOf } from "./palette";
import type { Reading, Row } from "./reading";

/** Room kept between the cursor and the tooltip, so that the point under it stays in sight. */
const CLEAR = 16;
const EDGE = 6;
/** Bounds of its size: the widest it gets, the height of a row, and what is around the rows. */
const WIDEST = 420;
const ROW = 18;
const FRAME = 36;

let element: HTMLDivElement | null = null;
let owner: object | null = null;
let pinned = false;
let shown: { reading: Reading; moreText: (count: number) => string } | null = null;

/** Show `reading` beside the point (client pixels), unless another one is pinned. */
export function showTip(
  by: object,
  within: HTMLElement,
  reading: Reading,
  at: { x: number; y: number },
  moreText: (count: number) => string,
): void {
  if (pinned) return;
  owner = by;
  shown = { reading, moreText };
  const tip = ensure(within);
  fill(tip, reading, moreText, false);
  place(tip, at, reading.rows.length);
}

/** Hide what `by` shows; a pinned tooltip stays unless `force`. */
export function hideTip(by: object, force = false): void {
  if (owner !== by || (pinned && !force)) return;
  close();
}

/** Pin what `by` shows, or let go of it. */
export function togglePin(by: object): void {
  if (pinned) {
    close();
    return;
  }
  if (!element || owner !== by || !shown) return;
  pinned = true;
  fill(element, shown.reading, shown.moreText, true);
  element.style.pointerEvents = "auto";
  document.addEventListener("pointerdown", letGo, true);
  document.addEventListener("keydown", letGoByKey, true);
}

function letGo(event: Event): void {
  const target = event.target as Node;
  // A click on a plot reaches togglePin, which lets go itself.
  if (element?.contains(target) || (target as HTMLElement).closest?.(".u-over")) return;
  close();
}

function letGoByKey(event: KeyboardEvent): void {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  close();
}

function close(): void {
  document.removeEventListener("pointerdown", letGo, true);
  document.removeEventListener("keydown", letGoByKey, true);
  element?.remove();
  element = null;
  owner = null;
  pinned = false;
  shown = null;
}

function ensure(within: HTMLElement): HTMLDivElement {
  const parent = within.closest<HTMLElement>("[role=dialog]") ?? document.body;
  if (element?.parentElement === parent) return element;
  element?.remove();
  element = node(
    "div",
    "pointer-events-none fixed top-0 left-0 z-[60] min-w-36 max-w-[min(420px,90vw)] w-max [contain:content] will-change-transform rounded border " +
      "border-line-strong bg-panel px-2.5 py-1.5 text-small text-ink shadow-lg shadow-black/10",
  );
  element.setAttribute("role", "tooltip");
  element.dataset.chartTip = "";
  parent.append(element);
  return element;
}

function fill(
  tip: HTMLElement,
  reading: Reading,
  moreText: (count: number) => string,
  exact: boolean,
): void {
  const head = node("div", "flex justify-between gap-4 whitespace-nowrap text-ink-2");
  head.append(node("span", "", reading.head), node("span", "", reading.time));
  const grid = node("div", "mt-0.5 grid gap-x-3 leading-[18px]");
  const compared = reading.rows.some((row) => row.delta !== undefined);
  grid.style.gridTemplateColumns = `minmax(0,1fr) auto auto${compared ? " auto" : ""}`;
  for (const row of reading.rows) grid.append(...rowCells(row, exact, compared));
  tip.replaceChildren(head, grid);
  if (reading.more > 0) tip.append(node("div", "text-ink-3", moreText(reading.more)));
}

function rowCells(row: Row, exact: boolean, compared: boolean): HTMLElement[] {
  const weight = row.nearest ? "font-semibold" : "";
  const name = node("span", `flex min-w-0 items-center gap-1.5 ${weight}`);
  name.append(swatch(row), node("span", "truncate", row.label));
  const delta = node("span", "text-right whitespace-nowrap text-ink-2", row.delta ?? "");
  return [
    name,
    node("span", `text-right ${weight}`, exact ? row.exact : row.text),
    ...(compared ? [delta] : []),
    node("span", "text-right text-ink-3", row.extra),
  ];
}

/** The line as the chart draws it: its hue, and its dashes if it has any. */
function swatch(row: Row): HTMLElement {
  const mark = node("i", "w-4 shrink-0");
  const kind = row.style.dash.length ? "dashed" : "solid";
  mark.style.borderTop = `2px ${kind} ${strokeOf(row.style)}`;
  return mark;
}

function node<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

/**
 * Beside the point, on the side with room. The tooltip follows every move of the mouse, so its size
 * is not measured (that would lay the page out anew each time) but bounded: its width by `WIDEST`,
 * its height by its rows; only small windows are measured.
 */
function place(tip: HTMLElement, at: { x: number; y: number }, rows: number): void {
  if (innerWidth < 2 * (WIDEST + CLEAR)) {
    placeMeasured(tip, at);
    return;
  }
  const toRight = at.x + CLEAR + WIDEST <= innerWidth - EDGE;
  const below = at.y + CLEAR + (rows + 1) * ROW + FRAME <= innerHeight - EDGE;
  const x = toRight ? `${at.x + CLEAR}px` : `calc(${at.x - CLEAR}px - 100%)`;
  const y = below ? `${at.y + CLEAR}px` : `max(${EDGE}px, ${at.y - CLEAR}px - 100%)`;
  tip.style.transform = `translate(${x}, ${y})`;
}

function placeMeasured(tip: HTMLElement, at: { x: number; y: number }): void {
  const { offsetWidth: width, offsetHeight: height } = tip;
  const left = at.x + CLEAR + width <= innerWidth - EDGE ? at.x + CLEAR : at.x - CLEAR - width;
  const below = at.y + CLEAR + height <= innerHeight - EDGE;
  const top = below ? at.y + CLEAR : at.y - CLEAR - height;
  const x = Math.max(EDGE, Math.min(left, innerWidth - width - EDGE));
  tip.style.transform = `translate(${x}px, ${Math.max(EDGE, top)}px)`;
}
