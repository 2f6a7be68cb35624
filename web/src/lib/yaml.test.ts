import { describe, expect, it } from "vitest";

import { toYaml } from "./yaml";

describe("YAML", () => {
  it("nests by indentation", () => {
    expect(toYaml({ lr: 1e-4, net: { depth: 3, layers: [{ size: 1, act: "relu" }, 2] } })).toBe(
      "lr: 0.0001\nnet:\n  depth: 3\n  layers:\n    - size: 1\n      act: relu\n    - 2\n",
    );
  });

  it("quotes what would read as something else", () => {
    const value = { a: "yes", b: "1.5", c: "x: y", "d e": "# no", f: "", g: "a\nb", "1": " x" };
    expect(toYaml(value)).toBe(
      '"1": " x"\na: "yes"\nb: "1.5"\nc: "x: y"\nd e: "# no"\nf: ""\ng: "a\\nb"\n',
    );
  });

  it("writes numbers that every reader takes for numbers", () => {
    expect(toYaml({ a: 1e-7, b: -2e21, c: 1.5e-9, d: Number.NaN, e: null, f: {}, g: [] })).toBe(
      "a: 1.0e-7\nb: -2.0e+21\nc: 1.5e-9\nd: .nan\ne: null\nf: {}\ng: []\n",
    );
  });
});
