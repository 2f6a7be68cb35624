import { describe, expect, it } from "vitest";

import { only, shownOf, type ShownRule, toggled } from "./shown";

const list = ["a", "b", "c", "d"];
const rule = (first: number, on: string[] = [], off: string[] = []): ShownRule => ({
  first,
  on: new Set(on),
  off: new Set(off),
});

describe("the runs drawn", () => {
  it("are the first of the list, without those switched off, with those switched on", () => {
    expect(shownOf(list, rule(2))).toEqual(["a", "b"]);
    expect(shownOf(list, rule(2, ["d"], ["a"]))).toEqual(["b", "d"]);
  });

  it("do not change by hiding one: no other run comes in its place", () => {
    const next = toggled(list, rule(2), "a");
    expect(shownOf(list, next)).toEqual(["b"]);
    expect(shownOf(list, toggled(list, next, "a"))).toEqual(["a", "b"]);
  });

  it("take in a run from further down, and let it go again", () => {
    const next = toggled(list, rule(1), "d");
    expect(shownOf(list, next)).toEqual(["a", "d"]);
    expect(toggled(list, next, "d")).toEqual(rule(1));
  });

  it("follow the list: a new run at the top is drawn by itself", () => {
    expect(shownOf(["new", ...list], rule(2, ["d"]))).toEqual(["new", "a", "d"]);
  });

  it("can be a single one", () => {
    expect(shownOf(list, only("c"))).toEqual(["c"]);
  });
});
