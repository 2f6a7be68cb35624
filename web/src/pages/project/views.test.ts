// @vitest-environment jsdom
import { expect, it, vi } from "vitest";

import type { View } from "@/api/messages";
import { EMPTY } from "@/charts/layout";

import { bare, sameView, searchOf, specOf, viewOf } from "./views";

// jsdom does not know it, and the pages that the address leads to ask for it.
vi.hoisted(() => {
  window.matchMedia = () => Object.assign(new EventTarget(), { matches: false }) as MediaQueryList;
});

function view(search: Record<string, unknown>, layout: unknown = EMPTY): View {
  const spec = { search, layout };
  return { id: 7, name: "best", author: "ada", default: false, created_at: 0, updated_at: 0, spec };
}

it("a view is what the address says, without the view itself", () => {
  expect(specOf({ view: "7", filter: "loss < 1", tab: "table" }, EMPTY)).toEqual({
    search: { filter: "loss < 1", tab: "table" },
    layout: EMPTY,
  });
  expect(searchOf(view({ filter: "loss < 1" }))).toEqual({ filter: "loss < 1", view: "7" });
});

it("what others saved goes into the address only where it makes sense there", () => {
  const wild = view({
    filter: { not: "text" },
    first: -3,
    order: ["a", 5],
    unknown: "x",
    tab: "no",
  });
  expect(searchOf(wild)).toEqual({ view: "7", order: ["a"] });
});

it("says whether what is shown is what was saved", () => {
  const saved = view({ sort: "name", filter: "loss < 1" });
  expect(sameView(saved, { filter: "loss < 1", sort: "name", view: "7" }, EMPTY)).toBe(true);
  expect(sameView(saved, { filter: "loss < 2", sort: "name" }, EMPTY)).toBe(false);
  expect(sameView(saved, { filter: "loss < 1", sort: "name" }, { ...EMPTY, hidden: ["a"] })).toBe(
    false,
  );
});

it("an address that names nothing but a view is left to the view", () => {
  expect(bare({})).toBe(true);
  expect(bare({ view: "7" })).toBe(true);
  expect(bare({ view: "7", q: "swan" })).toBe(false);
  expect(viewOf([view({})], "7")?.name).toBe("best");
  expect(viewOf([view({})], "8")).toBeUndefined();
});
