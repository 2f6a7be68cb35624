import { describe, expect, it } from "vitest";

import { groupLines } from "./groups";
import { rankLines } from "./ranks";
import type { LineSpec } from "./spec";

const style = { hue: 2, dash: [] };
const line: LineSpec = { run: "r", key: "loss", rank: 0, label: "wide", style, origin: 5 };
const words = (rank: number) => `rank ${rank}`;
const meanWords = (name: string, drawn: number, runs: number, ranks: boolean) =>
  `${name} ${drawn}/${runs}${ranks ? " ranks" : ""}`;

describe("the ranks of a run", () => {
  it("are one line where there is one, of whichever rank", () => {
    expect(rankLines(line, [], "mean", words)).toEqual([line]);
    expect(rankLines(line, [3], "each", words)).toEqual([{ ...line, rank: 3 }]);
  });

  it("are lines of their own, the first in the colour of the run", () => {
    const each = rankLines(line, [0, 1, 4], "each", words);
    expect(each.map(({ rank, label }) => [rank, label])).toEqual([
      [0, "rank 0"],
      [1, "rank 1"],
      [4, "rank 4"],
    ]);
    expect(each[0]?.style).toBe(style);
    expect(new Set(each.map((one) => JSON.stringify(one.style))).size).toBe(3);
  });

  it("are one mean, which is still the run", () => {
    const mean = groupLines(rankLines(line, [0, 1, 2], "mean", words), meanWords);
    expect(mean).toHaveLength(1);
    expect(mean[0]).toMatchObject({ run: "r", label: "wide 3/3 ranks", style, ofRanks: true });
  });

  it("of two runs of one name stay apart, in the order of the list", () => {
    const lines = ["z", "a"].flatMap((run) => rankLines({ ...line, run }, [0, 1], "mean", words));
    expect(groupLines(lines, meanWords).map(({ run }) => run)).toEqual(["z", "a"]);
  });

  it("belong to the group of their run where runs are grouped", () => {
    const group = { name: "g", style, runs: 2 };
    const lines = ["a", "b"].flatMap((run) =>
      rankLines({ ...line, run, group }, [0, 1], "each", words),
    );
    const found = groupLines(lines, meanWords);
    expect(found).toHaveLength(1);
    expect(found[0]?.members).toEqual(["a", "b"]);
  });
});
