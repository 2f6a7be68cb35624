import { describe, expect, it } from "vitest";

import { EMPTY } from "@/charts/layout";

import { evenSteps, panelSections, panelsOf, placeOf, shownStep, unionOf } from "./panels";
import { bodyOf, columnsFor, widthOf } from "./room";

const place = { workspace: "w", project: "p" };
const runs = ["b", "a"].map((id) => ({ id, name: `run ${id}`, color: "teal" }));

function series(run: string, key: string, kind = "image", rank = 0) {
  return { run, key, rank, kind, count: 2, first: 0, last: 10, most: run === "a" ? 3 : 1 };
}

describe("panels", () => {
  const panels = panelsOf(place, runs, [
    series("a", "val/10"),
    series("b", "val/10"),
    series("a", "val/2", "audio"),
    series("a", "said", "text", 1),
    series("a", "said", "text"),
    series("gone", "said", "text"),
  ]);

  it("stand by key in natural order, their rows in that of the runs, then by rank", () => {
    expect(panels.map(({ key }) => key)).toEqual(["said", "val/2", "val/10"]);
    expect(panels[2]?.rows.map(({ source }) => source.run)).toEqual(["b", "a"]);
    expect(panels[0]?.rows.map(({ source }) => source.rank)).toEqual([0, 1]);
    expect(panels[2]?.most).toBe(3);
  });

  it("stand in sections; pinned ones at the top and hidden ones folded at the end", () => {
    const titles = { unsorted: "media", hidden: "Hidden", pinned: "Pinned" };
    const layout = { ...EMPTY, hidden: ["val/2"] };
    const found = panelSections(panels, titles, { layout, pins: ["val/10"] });
    expect(found.map(({ title, panels: some }) => [title, some.map(({ key }) => key)])).toEqual([
      ["Pinned", ["val/10"]],
      ["media", ["said"]],
      ["Hidden", ["val/2"]],
    ]);
    expect(found.at(-1)?.shut).toBe(true);
  });

  it("take more room for several runs, so that nothing moves when they come", () => {
    const [said, , seen] = panels;
    if (!said || !seen) throw new Error("there are no panels");
    const alone = { ...seen, rows: seen.rows.slice(0, 1) };
    expect(widthOf(seen, "normal")).toBeGreaterThan(widthOf(alone, "normal"));
    expect(bodyOf(seen, "normal")).toBeGreaterThan(bodyOf(alone, "normal"));
    expect(bodyOf(seen, "large")).toBeGreaterThan(bodyOf(seen, "small"));
  });
});

describe("steps", () => {
  it("of a series are known without asking when none is left out", () => {
    expect(evenSteps({ count: 1, first: 4, last: 4 })).toEqual([4]);
    expect(evenSteps({ count: 3, first: 4, last: 6 })).toEqual([4, 5, 6]);
    expect(evenSteps({ count: 3, first: 0, last: 10 })).toBeNull();
  });

  it("of several series are one list", () => {
    expect(unionOf([])).toEqual([]);
    expect(
      unionOf([
        [0, 10, 20],
        [0, 5, 20],
      ]),
    ).toEqual([0, 5, 10, 20]);
  });

  it("show the last one that is not behind the slider", () => {
    expect(placeOf([0, 10, 20], 10)).toBe(1);
    expect(placeOf([0, 10, 20], 19)).toBe(1);
    expect(shownStep([5, 10], undefined)).toBe(10);
    expect(shownStep([5, 10], 7)).toBe(5);
    expect(shownStep([5, 10], 4)).toBeUndefined();
  });
});

describe("items", () => {
  it("stand so that they are largest", () => {
    expect(columnsFor(1, 300, 200)).toBe(1);
    expect(columnsFor(8, 400, 200)).toBe(4);
    expect(columnsFor(8, 100, 800)).toBe(1);
    expect(columnsFor(4, 200, 200)).toBe(2);
  });
});
