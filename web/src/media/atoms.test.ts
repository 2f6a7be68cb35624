import { expect, it } from "vitest";

import { formulaOf } from "./atoms";

it("a formula is in Hill's order", () => {
  expect(formulaOf(["H", "O", "H"])).toBe("H2O");
  expect(formulaOf(["O", "H", "C", "BR", "H", "H"])).toBe("CH3BrO");
  expect(formulaOf([])).toBe("");
});
