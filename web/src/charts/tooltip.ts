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

/** Fill the tooltip; elements that are there already are filled anew, for the mouse moves often. */
function fill(
  tip: HTMLElement,
  reading: Reading,
  moreText: (count: number) => string,
  exact: boolean,
): void {
  const compared = reading.rows.some((row) => row.delta !== undefined);
  const form = `minmax(0,1fr) auto auto${compared ? " auto" : ""}`;
  if (tip.dataset.form !== form) {
    tip.dataset.form = form;
    const rows = node("div", "mt-0.5 grid gap-x-3 leading-[18px]");
    rows.style.gridTemplateColumns = form;
    const above = node("div", "flex justify-between gap-4 whitespace-nowrap text-ink-2");
    above.append(node("span", ""), node("span", ""));
    tip.replaceChildren(above, rows, node("div", "text-ink-3"));
  }
  const [head, grid, more] = tip.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  say(head.children[0], reading.head);
  say(head.children[1], reading.time);
  const columns = compared ? 4 : 3;
  while (grid.children.length > reading.rows.length * columns) grid.lastChild?.remove();
  while (grid.children.length < reading.rows.length * columns) grid.append(...rowCells(compared));
  const cells = grid.children;
  reading.rows.forEach((row, i) => fillRow(cells, i * columns, row, exact, compared));
  more.hidden = reading.more === 0;
  say(more, reading.more > 0 ? moreText(reading.more) : "");
}

/** The cells of a row: swatch and name, value, how far from the baseline, what else is known. */
function rowCells(compared: boolean): HTMLElement[] {
  const name = node("span", "flex min-w-0 items-center gap-1.5");
  name.append(node("i", "w-4 shrink-0"), node("span", "truncate"));
  return [
    name,
    node("span", "text-right"),
    ...(compared ? [node("span", "text-right whitespace-nowrap text-ink-2")] : []),
    node("span", "text-right text-ink-3"),
  ];
}

function fillRow(
  cells: HTMLCollection,
  first: number,
  row: Row,
  exact: boolean,
  compared: boolean,
): void {
  const [name, value] = [cells[first], cells[first + 1]] as [HTMLElement, HTMLElement];
  for (const one of [name, value]) one.classList.toggle("font-semibold", row.nearest);
  paintSwatch(name.children[0] as HTMLElement, row);
  say(name.children[1], row.label);
  say(value, exact ? row.exact : row.text);
  if (compared) say(cells[first + 2], row.delta ?? "");
  say(cells[first + (compared ? 3 : 2)], row.extra);
}

/** Change the text of an element where it is another one. */
function say(within: Element | undefined, text: string): void {
  if (within && within.textContent !== text) within.textContent = text;
}

/** The line as the chart draws it: its hue, and its dashes if it has any. */
function paintSwatch(mark: HTMLElement, { style }: Row): void {
  const kind = style.dash.length ? "dashed" : "solid";
  const border = `2px ${kind} ${strokeOf(style)}`;
  if (mark.dataset.border === border) return;
  mark.dataset.border = border;
  mark.style.borderTop = border;
}

function node<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
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
