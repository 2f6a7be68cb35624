// @vitest-environment jsdom
import type uPlot from "uplot";
import { expect, test } from "vitest";

import { followCursor } from "./follow";

/** A plot of x from 100 to 200 on 50 pixels. */
function plotOf(): { plot: uPlot; line: HTMLElement } {
  const over = document.createElement("div");
  over.innerHTML = '<div class="u-cursor-x u-off"></div>';
  const plot = {
    over,
    scales: { x: { min: 100, max: 200 } },
    valToPos: (value: number) => (value - 100) / 2,
    posToIdx: (left: number) => Math.round(left / 5),
  };
  return { plot: plot as unknown as uPlot, line: over.firstElementChild as HTMLElement };
}

test("the line stands where the other cursor is, on an axis of its own", () => {
  const { plot, line } = plotOf();
  expect(followCursor(plot, 150)).toBe(5);
  expect(line.classList.contains("u-off")).toBe(false);
  expect(line.style.transform).toBe("translate(25px, 0px)");
});

test("the line is hidden where the other cursor has gone, or is beyond what is in sight", () => {
  const { plot, line } = plotOf();
  for (const value of [null, 99, 201]) {
    followCursor(plot, 150);
    expect(followCursor(plot, value)).toBe(null);
    expect(line.classList.contains("u-off")).toBe(true);
  }
});
