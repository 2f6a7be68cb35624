import { describe, expect, it } from "vitest";

import { parseSearch } from "@/lib/search";

import { exactly, findItems, type Item, type Kind } from "./finding";

const item = (kind: Kind, label: string, aside?: string): Item => ({
  id: `${kind} ${label}`,
  kind,
  label,
  ...(aside === undefined ? {} : { aside }),
  go: () => undefined,
});
const labels = (query: string, items: Item[], most?: number) =>
  findItems(items, query, most).map((group) => group.items.map(({ label }) => label));

describe("the palette", () => {
  it("finds by every word, in any order", () => {
    const items = [item("metric", "train/loss"), item("metric", "val/loss")];
    expect(labels("loss tr", items)).toEqual([["train/loss"]]);
    expect(labels("nothing", items)).toEqual([]);
  });

  it("puts the exact name first, then what begins so, then beginnings of words", () => {
    const items = ["gloss", "val/loss", "loss/train", "loss"].map((key) => item("metric", key));
    expect(labels("loss", items)).toEqual([["loss", "loss/train", "val/loss", "gloss"]]);
  });

  it("puts the kind with the best answer first", () => {
    const items = [item("command", "Show dark swans"), item("run", "swan-1")];
    expect(findItems(items, "swan").map(({ kind }) => kind)).toEqual(["run", "command"]);
  });

  it("lists a few and says how many more there are", () => {
    const items = Array.from({ length: 30 }, (_, i) => item("run", `swan-${i}`));
    const [group] = findItems(items, "swan", 8);
    expect(group?.items).toHaveLength(8);
    expect(group?.more).toBe(22);
  });

  it("searches what stands beside a name too", () => {
    expect(
      labels("crashed", [item("run", "ox-3", "crashed"), item("run", "ox-4", "running")]),
    ).toEqual([["ox-3"]]);
  });

  it("leads to one metric only", () => {
    const { matches } = parseSearch(exactly("a.b(c)"));
    expect(matches("a.b(c)")).toBe(true);
    expect(matches("aXb(c)")).toBe(false);
    expect(matches("x/a.b(c)")).toBe(false);
  });
});
