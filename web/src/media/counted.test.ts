import { describe, expect, it } from "vitest";

import { columnsOf, type Counted, countedOr, rangeOf, readCounted, rebinned } from "./counted";
import { Problem } from "./problem";

function counted(counts: number[], edges: number[]): Counted {
  return readCounted(JSON.stringify({ counts, edges, apart: [0, 0, 0] }));
}

describe("a histogram", () => {
  it("tells its counts and what is not finite", () => {
    const found = readCounted('{"counts": [1, 3], "edges": [0, 1, 4], "apart": [5, 6, 7]}');
    expect(found).toMatchObject({ total: 4, nan: 5, above: 6, below: 7 });
  });

  it.each([
    "",
    "[]",
    '{"counts": [], "edges": [0]}',
    '{"counts": [1], "edges": [0, 1, 2]}',
    '{"counts": [-1], "edges": [0, 1]}',
    '{"counts": [1, 1], "edges": [0, 2, 1]}',
    '{"counts": ["1"], "edges": [0, 1]}',
    `{"counts": [${"1,".repeat(512)}1], "edges": [${"1,".repeat(513)}1]}`,
  ])("that is none is a problem: %s", (text) => {
    expect(() => readCounted(text)).toThrow(Problem);
    expect(countedOr(text)).toBeNull();
  });
});

describe("common bins", () => {
  it("keep the sum, and share out a bin that lies across several", () => {
    const found = rebinned(counted([4, 6], [0, 2, 4]), [0, 4], 4);
    expect([...found]).toEqual([2, 2, 3, 3]);
    const uneven = rebinned(counted([1, 9, 5], [-1, 0.3, 0.31, 7]), [-1, 7], 13);
    expect(uneven.reduce((a, b) => a + b)).toBeCloseTo(15, 9);
  });

  it("hold bins without width and the greatest value", () => {
    expect([...rebinned(counted([7], [4, 4]), [0, 4], 2)]).toEqual([0, 7]);
    expect([...rebinned(counted([7], [0, 0]), [0, 4], 2)]).toEqual([7, 0]);
  });

  it("reach over all, and have a width where all values are the same", () => {
    expect(rangeOf([counted([1], [0, 1]), counted([1], [-5, 0.5])])).toEqual([-5, 1]);
    expect(rangeOf([counted([1], [2, 2])])).toEqual([1, 3]);
    expect(rangeOf([])).toEqual([0, 1]);
  });
});

describe("columns", () => {
  const steps = Array.from({ length: 10 }, (_, i) => ({
    step: 3 * i,
    counted: counted([i, 1], [0, 1, 2]),
  }));

  it("are one a step while there is room", () => {
    const found = columnsOf(steps, [0, 2], 2, 10);
    expect(found).toHaveLength(10);
    expect(found[3]).toMatchObject({ step: 9, last: 9 });
    expect([...(found[3]?.shares ?? [])]).toEqual([0.75, 0.25]);
  });

  it("stand for several steps where there is not, and lose none", () => {
    const found = columnsOf(steps, [0, 2], 2, 4);
    expect(found.map(({ step, last }) => [step, last])).toEqual([
      [0, 6],
      [9, 15],
      [18, 24],
      [27, 27],
    ]);
    expect(found.reduce((sum, { counts }) => sum + (counts[0] ?? 0), 0)).toBe(45);
  });
});
