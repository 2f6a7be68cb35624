// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";

import { undo } from "@/edit/toasts";
import { readStored } from "@/lib/stored";

import { changeLayout, EMPTY, type Layout, parseLayout, undoLayout } from "./layout";

const full: Layout = {
  charts: [
    { id: "a", kind: "line", title: "", section: "", metrics: ["loss"], pattern: "^acc" },
    {
      id: "b",
      kind: "scatter",
      title: "T",
      section: "s",
      x: "config.lr",
      y: "min.loss",
      color: "",
      xLog: true,
      yLog: false,
      scope: "listed",
    },
    { id: "c", kind: "bar", title: "", section: "", value: "last.loss", by: "", scope: "drawn" },
    {
      id: "d",
      kind: "parallel",
      title: "",
      section: "",
      columns: ["config.lr", "x"],
      scope: "drawn",
    },
    { id: "e", kind: "scalar", title: "", section: "", value: "x", pick: "mean", scope: "drawn" },
  ],
  sections: {
    order: ["val", "train"],
    folded: ["train"],
    settings: { val: { smoothing: 0.5, x: "wall" } },
    charts: { train: ["train/b", "train/a"] },
  },
  settings: { loss: { y: "log", title: "Loss", low: 0.1, high: 2 } },
  hidden: ["lr"],
  pins: ["loss"],
};

function kept(): Layout {
  return parseLayout(JSON.parse(readStored("layout.w/p") ?? "null"));
}

beforeEach(() => {
  while (undoLayout("w", "p"));
  localStorage.clear();
});

describe("a layout", () => {
  it("comes back from text as it was", () => {
    expect(parseLayout(JSON.parse(JSON.stringify(full)))).toEqual(full);
  });

  it.each([null, 7, "x", [], [full], { charts: {}, sections: [], settings: 3, hidden: "lr" }])(
    "out of %j is empty",
    (value) => {
      expect(parseLayout(value)).toEqual(EMPTY);
    },
  );

  it("keeps what makes sense beside what does not", () => {
    const damaged = {
      charts: [null, { id: "a" }, { ...full.charts[0], metrics: [1, "loss"] }, full.charts[0]],
      sections: { order: ["a", 1, "a"], settings: { s: { y: "cubic" }, r: { y: "log" } } },
      settings: { loss: { low: 3, high: 1, title: " " }, acc: { low: Number.NaN, smoothing: 7 } },
      pins: ["loss", null],
    };
    expect(parseLayout(damaged)).toEqual({
      ...EMPTY,
      charts: [full.charts[0]],
      sections: { ...EMPTY.sections, order: ["a"], settings: { r: { y: "log" } } },
      settings: { acc: { smoothing: 0.99 } },
      pins: ["loss"],
    });
  });

  it("bears keys called like what every object has", () => {
    const text = '{"settings": {"__proto__": {"y": "log"}, "constructor": {"y": "log"}}}';
    const { settings } = parseLayout(JSON.parse(text));
    expect(Object.keys(settings).toSorted()).toEqual(["__proto__", "constructor"]);
    expect(({} as { y?: string }).y).toBeUndefined();
  });
});

describe("changes", () => {
  const pin = (name: string) => (now: Layout) => ({ ...now, pins: [...now.pins, name] });

  it("are kept, and taken back one by one, the last first", () => {
    changeLayout("w", "p", pin("a"));
    changeLayout("w", "p", pin("b"));
    expect(kept().pins).toEqual(["a", "b"]);
    expect(undoLayout("w", "p")).toBe(true);
    expect(kept().pins).toEqual(["a"]);
    expect(undoLayout("w", "p")).toBe(true);
    expect(readStored("layout.w/p")).toBeNull();
    expect(undoLayout("w", "p")).toBe(false);
  });

  it("of one kind right behind each other are one", () => {
    changeLayout("w", "p", pin("a"));
    for (const y of ["log", "symlog", "linear"] as const)
      changeLayout("w", "p", (now) => ({ ...now, settings: { loss: { y } } }), { tag: "loss" });
    expect(kept().settings).toEqual({ loss: { y: "linear" } });
    undoLayout("w", "p");
    expect([kept().settings, kept().pins]).toEqual([{}, ["a"]]);
  });

  it("that change nothing are none", () => {
    changeLayout("w", "p", pin("a"));
    changeLayout("w", "p", (now) => ({ ...now }));
    undoLayout("w", "p");
    expect(undoLayout("w", "p")).toBe(false);
  });

  it("are taken back by their toast, but only the last one has one", () => {
    changeLayout("w", "p", pin("a"), { text: "pinned a" });
    changeLayout("w", "p", pin("b"), { text: "pinned b" });
    expect(undo()).toBe(true);
    expect(kept().pins).toEqual(["a"]);
    expect(undo()).toBe(false);
  });

  it("of one project leave others alone", () => {
    changeLayout("w", "p", pin("a"));
    changeLayout("w", "q", pin("b"));
    undoLayout("w", "p");
    expect(readStored("layout.w/q")).not.toBeNull();
    undoLayout("w", "q");
  });
});
