import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { type Block, type Cells, openCells } from "./cells";

describe("cells of the table", () => {
  let asked: Block[] = [];
  let wholes: (readonly string[])[] = [];
  let value = 1;
  let broken = false;
  let cells: Cells;
  const settle = () => vi.advanceTimersByTimeAsync(0);

  beforeEach(() => {
    vi.useFakeTimers();
    [asked, wholes, value, broken] = [[], [], 1, false];
    const answer = (runs: readonly string[], columns: readonly string[]) => ({
      runs,
      cells: columns.map(() => runs.map(() => value)),
    });
    cells = openCells({
      some: async (block) => {
        asked.push(block);
        if (broken) throw new Error("away");
        return answer(block.runs, block.columns);
      },
      whole: async (columns) => {
        wholes.push(columns);
        return answer(["a", "b", "c"], columns);
      },
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are asked for once, and only those that are not known", async () => {
    cells.want({ runs: ["a", "b"], columns: ["last.loss"] });
    await settle();
    expect(cells.read("a", "last.loss")).toBe(1);
    cells.want({ runs: ["a", "b"], columns: ["last.loss"] });
    cells.want({ runs: ["b", "c"], columns: ["last.loss"] });
    await settle();
    expect(asked.map(({ runs }) => runs)).toEqual([["a", "b"], ["c"]]);
  });

  it("stay until newer ones have come", async () => {
    cells.want({ runs: ["a"], columns: ["last.loss"] });
    await settle();
    value = 2;
    cells.age();
    expect(cells.read("a", "last.loss")).toBe(1);
    cells.want({ runs: ["a"], columns: ["last.loss"] });
    await settle();
    expect(cells.read("a", "last.loss")).toBe(2);
  });

  it("of whole columns are fetched once for all who ask, and serve single rows too", async () => {
    const both = [cells.wantWhole(["min.loss"], 3), cells.wantWhole(["min.loss"], 3)];
    await Promise.all(both);
    cells.want({ runs: ["a", "c"], columns: ["min.loss"] });
    await settle();
    expect([wholes.length, asked.length]).toEqual([1, 0]);
    expect(cells.read("c", "min.loss")).toBe(1);
  });

  it("that could not be had are said, and tried again after a while", async () => {
    broken = true;
    cells.want({ runs: ["a"], columns: ["last.loss"] });
    await settle();
    expect([cells.error()?.message, asked.length]).toEqual(["away", 1]);
    broken = false;
    await vi.advanceTimersByTimeAsync(6_000);
    expect([cells.error(), cells.read("a", "last.loss")]).toEqual([null, 1]);
  });

  it("are not asked for in larger pieces than the server gives", async () => {
    await cells.wantWhole(["last.a", "last.b", "last.c"], 400_000);
    expect(wholes.map((part) => part.length)).toEqual([2, 1]);
  });
});
