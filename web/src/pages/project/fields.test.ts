import { describe, expect, it } from "vitest";

import type { RunRow } from "@/api/messages";
import { parseSearch } from "@/lib/search";

import { csvOf, filterRows, toFields, toRows } from "./fields";
import { metricField, type Value } from "./stats";

function run(part: Partial<RunRow>): RunRow {
  return {
    id: "id",
    name: "name",
    description: null,
    state: "finished",
    tags: [],
    created_at: 0,
    finished_at: null,
    duration: 90_500,
    number: 1,
    color: null,
    group: null,
    job_type: null,
    has: null,
    ranks: [],
    ...part,
  };
}

const configs = { a: { lr: 1e-4, model: { name: "vit" } }, b: { lr: "auto" } };
const rows = toRows(
  [run({ id: "a", name: "swan-1" }), run({ id: "b", name: "ox-2", tags: ["base"] })],
  configs,
);
const values = new Map<string, Value>([
  ["a last.loss", 0.25],
  ["a last.acc", 1],
  ["b last.loss", "NaN"],
]);
const fields = [
  ...toFields(rows),
  ...["last.loss", "last.acc"].flatMap(
    (id) => metricField(id, (of, column) => values.get(`${of} ${column}`)) ?? [],
  ),
];
const field = (id: string) => fields.find((one) => one.id === id);

describe("the runs table", () => {
  it("has a column per config path and per key, after the run's own", () => {
    expect(fields.map(({ id }) => id).slice(7)).toEqual([
      "config.lr",
      "config.model.name",
      "last.loss",
      "last.acc",
    ]);
  });

  it("has no configs while they are not known", () => {
    const [row] = toRows([run({ id: "a" })], undefined);
    expect(row?.config.size).toBe(0);
  });

  it("sets numbers to the right only where every run has one", () => {
    expect(field("config.lr")?.numeric).toBe(false);
    expect(field("last.loss")?.numeric).toBe(true);
  });

  it("shows values short and keeps them exact", () => {
    const [first, second] = rows;
    if (!first || !second) throw new Error("no rows");
    expect(field("config.lr")?.text(first)).toBe("1e-4");
    expect(field("last.loss")?.text(first)).toBe("0.2500");
    expect(field("last.loss")?.exact(first)).toBe("0.25");
    expect(field("last.loss")?.value(second)).toBeNaN();
    expect(field("last.acc")?.text(second)).toBe("");
    expect(field("config.model.name")?.text(second)).toBe("");
  });

  it.each([
    ["swan", ["a"]],
    ["base", ["b"]],
    ["model.name=vit", ["a"]],
    ["^(swan|ox)-", ["a", "b"]],
    ["nothing", []],
  ])("finds %s", (query, ids) => {
    const found = filterRows(rows, parseSearch(query).matches);
    expect(found.map((row) => row.run.id)).toEqual(ids);
  });

  it("goes out as CSV with every digit", () => {
    const [header, cells] = csvOf(fields, rows);
    expect(header.slice(0, 8)).toEqual([
      "id",
      "name",
      "state",
      "tags",
      "group",
      "description",
      "created",
      "duration_ms",
    ]);
    expect(cells[0]?.slice(-2)).toEqual(["0.25", "1"]);
    expect(cells[1]?.slice(2, 8)).toEqual([
      "finished",
      "base",
      "",
      "",
      "1970-01-01T00:00:00.000Z",
      90_500,
    ]);
  });
});
