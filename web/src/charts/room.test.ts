import { expect, test } from "vitest";

import { heightOfRows, heightOfSection } from "./room";

test("rows of cards have a gap between them and none around them", () => {
  expect(heightOfRows(0)).toBe(0);
  expect(heightOfRows(1)).toBe(216);
  expect(heightOfRows(3)).toBe(3 * 216 + 2 * 8);
});

test("a folded section is as high as its heading", () => {
  expect(heightOfSection(1000, 3, false)).toBe(36);
});

test("an open section is as high as its heading and its rows", () => {
  expect(heightOfSection(0, 3, true)).toBe(36);
  expect(heightOfSection(4, 3, true)).toBe(36 + heightOfRows(2));
  expect(heightOfSection(25, 3, true)).toBe(36 + heightOfRows(9));
});

test("each block of cards begins a row, also where the columns do not divide it", () => {
  expect(heightOfSection(24, 5, true)).toBe(36 + heightOfRows(6));
});
