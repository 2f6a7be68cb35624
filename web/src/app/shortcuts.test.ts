import { describe, expect, it } from "vitest";

import { keyNames, meantBy, pressed, SHORTCUTS, type Shortcut } from "./shortcuts";

const key = (name: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey", true>> = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});
const page = { dialog: false, single: true };

describe("a shortcut", () => {
  it("takes Control as well as Command for Mod, and nothing else", () => {
    expect(pressed("Mod+K", key("k", { ctrlKey: true }))).toBe(true);
    expect(pressed("Mod+K", key("K", { metaKey: true }))).toBe(true);
    expect(pressed("Mod+K", key("k"))).toBe(false);
    expect(pressed("Mod+K", key("k", { ctrlKey: true, altKey: true }))).toBe(false);
    expect(pressed("[", key("[", { ctrlKey: true }))).toBe(false);
  });

  it("means what the page can do: a number is a view of the project or of the run", () => {
    expect(meantBy(key("2"), page)).toEqual(["table", "runMedia"]);
  });

  it("of one character can be switched off; those with a modifier stay", () => {
    const off = { dialog: false, single: false };
    expect(meantBy(key("?"), off)).toEqual([]);
    expect(meantBy(key("/", { ctrlKey: true }), off)).toEqual(["help"]);
  });

  it("acts in a dialog only if it is made for it", () => {
    expect(meantBy(key("1"), { dialog: true, single: true })).toEqual([]);
    expect(meantBy(key("ArrowRight"), page)).toEqual([]);
    expect(meantBy(key("ArrowRight"), { dialog: true, single: true })).toEqual([
      "nextChart",
      "stepOn",
    ]);
  });

  it("is read with the signs of the keyboard", () => {
    expect(keyNames("Mod+K", true)).toEqual(["⌘", "K"]);
    expect(keyNames("Mod+K", false)).toEqual(["Ctrl", "K"]);
    expect(keyNames("ArrowLeft", false)).toEqual(["←"]);
  });
});

it("no two shortcuts that can be offered together share a key", () => {
  const table: readonly Shortcut[] = SHORTCUTS;
  const taken = ["project", "run", "chart"].flatMap((group) => {
    const keys = table
      .filter((one) => one.group === group || one.group === "everywhere")
      .flatMap((one) => one.keys);
    return keys.filter((one, i) => keys.indexOf(one) !== i);
  });
  expect(taken).toEqual([]);
});
