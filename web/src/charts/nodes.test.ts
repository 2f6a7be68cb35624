import { expect, it } from "vitest";

import { nodesOf } from "./nodes";

const of = (key: string, rank: number) => ({ key: `__swanlab__.${key}`, rank });
const unknown = (rank: number) => `rank ${rank}`;

it("puts what was measured under the machine it was measured on", () => {
  const ranks = [
    { rank: 0, host: "a" },
    { rank: 1, host: "a" },
    { rank: 2, host: "b" },
    { rank: 3, host: "" },
  ];
  const series = [of("cpu.pct", 2), of("cpu.pct", 1), of("cpu.pct", 0), of("mem.pct", 9)];
  const found = nodesOf([...series, { key: "loss", rank: 0 }, of("cpu.pct", 3)], ranks, unknown);
  expect(found.map(({ name, series: has }) => [name, [...has]])).toEqual([
    ["a", [["__swanlab__.cpu.pct", [0, 1]]]],
    ["b", [["__swanlab__.cpu.pct", [2]]]],
    ["rank 3", [["__swanlab__.cpu.pct", [3]]]],
    ["rank 9", [["__swanlab__.mem.pct", [9]]]],
  ]);
});
