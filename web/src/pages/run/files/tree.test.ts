import { describe, expect, it } from "vitest";

import type { RunFile } from "@/api/messages";

import { previewOf } from "./preview";
import { crumbs, entriesOf, found, sortEntries } from "./tree";

function file(path: string, size = 1, mtime = 0): RunFile {
  return {
    path,
    size,
    mtime,
    digest: "0",
    policy: "live",
    kind: "file",
    stored: true,
    error: null,
  };
}

const FILES = [
  file("a.txt", 5),
  file("out/model-10.pt", 10, 7),
  file("out/model-9.pt", 9, 3),
  file("out/deep/log", 1, 9),
  file("outside", 2),
];

describe("a folder", () => {
  it("shows its files, and its folders with the sums of all below them", () => {
    const top = sortEntries(entriesOf(FILES, ""), { id: "name", desc: false });
    expect(top.map(({ path }) => path)).toEqual(["out", "a.txt", "outside"]);
    expect(top[0]).toMatchObject({ kind: "folder", files: 3, size: 20, mtime: 9 });
    const inside = sortEntries(entriesOf(FILES, "out"), { id: "name", desc: false });
    expect(inside.map(({ name }) => name)).toEqual(["deep", "model-9.pt", "model-10.pt"]);
  });

  it("is sorted by size or time, folders before files", () => {
    const bySize = sortEntries(entriesOf(FILES, "out"), { id: "size", desc: true });
    expect(bySize.map(({ name }) => name)).toEqual(["deep", "model-10.pt", "model-9.pt"]);
    const byTime = sortEntries(entriesOf(FILES, "out"), { id: "changed", desc: false });
    expect(byTime.map(({ name }) => name)).toEqual(["deep", "model-9.pt", "model-10.pt"]);
  });

  it("has the way to it", () => {
    expect(crumbs("")).toEqual([]);
    expect(crumbs("a/b").map(({ path }) => path)).toEqual(["a", "a/b"]);
  });
});

describe("a search", () => {
  it("finds files of every folder by their whole names", () => {
    expect(found(FILES, (path) => path.includes("model")).map(({ name }) => name)).toEqual([
      "out/model-10.pt",
      "out/model-9.pt",
    ]);
  });
});

describe("a preview", () => {
  it("is chosen by the name", () => {
    expect(previewOf("a/b.PNG")).toEqual({ kind: "image", type: "image/png" });
    expect(previewOf("a.svg")).toEqual({ kind: "image", type: "image/svg+xml" });
    expect(previewOf("page.html")).toEqual({ kind: "text" });
    expect(previewOf("LICENSE")).toEqual({ kind: "text" });
    expect(previewOf("model.pt")).toEqual({ kind: "none" });
  });
});
