import { describe, expect, it } from "vitest";

import type { RunRow } from "@/api/messages";

import { compareRuns } from "./compare";
import type { Row } from "./fields";

function row(part: Partial<RunRow>, config: Record<string, unknown>): Row {
  return {
    run: {
      id: "id",
      name: "name",
      description: null,
      state: "finished",
      tags: [],
      created_at: 0,
      finished_at: null,
      duration: 0,
      number: 1,
      color: null,
      group: null,
      job_type: null,
      has: null,
      ranks: [],
      ...part,
    },
    config: new Map(Object.entries(config)),
  };
}

describe("comparing runs", () => {
  const rows = compareRuns(
    [
      row({ tags: ["base"] }, { lr: 0.1, model: "vit" }),
      row({}, { lr: 0.2, model: "vit", seed: 3 }),
    ],
    ["loss", "acc"],
    [
      [0.5, 0.25],
      [null, null],
    ],
  );
  const of = (id: string) => rows.find((one) => one.id === id);

  it("marks what differs, a missing value included", () => {
    expect(of("config.lr")?.differs).toBe(true);
    expect(of("config.seed")?.differs).toBe(true);
    expect(of("config.model")?.differs).toBe(false);
    expect(of("last.loss")?.differs).toBe(true);
    expect(of("run.tags")?.differs).toBe(true);
  });

  it("leaves out what no run has", () => {
    expect(of("last.acc")).toBeUndefined();
    expect(of("run.group")).toBeUndefined();
  });

  it("keeps the order of the runs in its cells", () => {
    expect(of("config.lr")?.cells.map(({ exact }) => exact)).toEqual(["0.1", "0.2"]);
  });
});
