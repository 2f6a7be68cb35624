import { describe, expect, it } from "vitest";

import { between } from "@/pages/project/useSelection";

import { type Edited, replaced, retagged, ungrouping, untagging } from "./patches";

function run(id: string, tags: string[], group: string | null = null): Edited {
  return { id, name: id, description: null, tags, group, color: null };
}

describe("edits of runs", () => {
  it("change tags and leave each once", () => {
    expect(retagged(["a", "b"], ["c", "a"], ["b"])).toEqual(["a", "c"]);
  });

  it("are taken back by what they really changed", () => {
    const runs = [run("1", ["a"]), run("2", ["b"]), run("3", ["a"]), run("4", [])];
    expect(untagging(runs, ["a"], ["b"])).toEqual([
      { runs: ["2"], remove_tags: ["a"], add_tags: ["b"] },
      { runs: ["4"], remove_tags: ["a"], add_tags: [] },
    ]);
    expect(untagging(runs, [], ["x"])).toEqual([]);
  });

  it("put every run back into its own group", () => {
    const runs = [run("1", [], "x"), run("2", []), run("3", [], "x")];
    expect(ungrouping(runs)).toEqual([
      { runs: ["1", "3"], group: "x" },
      { runs: ["2"], group: null },
    ]);
  });

  it("know the values they replace", () => {
    const now = { ...run("1", ["a"]), state: "finished" as const };
    expect(replaced(now, { name: "new", tags: [] })).toEqual({ name: "1", tags: ["a"] });
  });
});

describe("a range of runs", () => {
  it("goes both ways, and is the one run when its beginning is gone", () => {
    const list = ["a", "b", "c", "d"];
    expect(between(list, "d", "b")).toEqual(["b", "c", "d"]);
    expect(between(list, "x", "b")).toEqual(["b"]);
  });
});
