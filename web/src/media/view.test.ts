import { describe, expect, it } from "vitest";
import { createStore } from "zustand/vanilla";

import { changePanel, moveTo, parseView, PLAIN, stepOf, type ViewState, writeView } from "./view";

const view = {
  tied: false,
  size: "large" as const,
  panels: { "val/seen": { step: 120, off: ["found/1"], least: 0.5, way: "steps" as const } },
  open: { key: "val/seen", run: "swan", rank: 1, item: 3, how: "swipe" as const },
};

describe("a view of media", () => {
  it("comes out of the address as it went in", () => {
    const written = JSON.parse(JSON.stringify(writeView(view))) as unknown;
    expect(parseView(written)).toEqual(view);
  });

  it("says nothing where nothing differs", () => {
    expect(writeView(PLAIN)).toBeUndefined();
    expect(writeView({ ...PLAIN, panels: { a: { step: undefined } } })).toBeUndefined();
    expect(parseView(undefined)).toEqual(PLAIN);
  });

  it("takes nothing that makes no sense", () => {
    const wrong = {
      tied: "yes",
      step: -1,
      size: "huge",
      panels: { a: { step: 1.5, way: "up", off: [1, "x"], least: "much" }, b: 3 },
      open: { key: 1, run: "r" },
    };
    expect(parseView(wrong)).toEqual({ ...PLAIN, panels: { a: { off: ["x"] }, b: {} } });
    expect(parseView("text")).toEqual(PLAIN);
  });

  it("keeps to the panels that were changed last, however many there are", () => {
    const panels = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`k${i}`, { step: i }]));
    const written = writeView({ ...PLAIN, panels }) as { panels: object };
    expect(Object.keys(written.panels)).toHaveLength(40);
    expect(Object.keys(written.panels).at(-1)).toBe("k89");
  });

  it("moves one panel, or all where they are tied", () => {
    const store = createStore<ViewState>(() => ({ ...PLAIN, known: {} }));
    moveTo(store, "a", 5);
    expect(stepOf(store.getState(), "a")).toBe(5);
    expect(stepOf(store.getState(), "b")).toBeUndefined();
    store.setState({ tied: true });
    moveTo(store, "a", 7);
    expect(stepOf(store.getState(), "b")).toBe(7);
    changePanel(store, "a", { item: 2 });
    expect(store.getState().panels.a).toEqual({ step: 5, item: 2 });
  });
});
