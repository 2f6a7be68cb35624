import { describe, expect, it } from "vitest";

import { type BuilderRow, buildRows, builtText, operatorsOf, treeOfRow } from "./builder";
import { parseQuery } from "./parse";

const rowsOf = (text: string) => buildRows(parseQuery(text));

describe("the filter builder", () => {
  it("has a row for each part that is joined at the top", () => {
    expect(rowsOf('config.lr < 1e-3 and "a b" in tags and name !~ "x y"')).toEqual({
      join: "all",
      rows: [
        { kind: "test", field: "config.lr", op: "<", value: "0.001" },
        { kind: "test", field: "tags", op: "contains", value: "a b" },
        { kind: "test", field: "name", op: "!~", value: "x y" },
      ],
    });
    expect(rowsOf("loss < 1 or acc > 2").join).toBe("any");
    expect(rowsOf("")).toEqual({ join: "all", rows: [] });
  });

  it("keeps what is more than a row as text", () => {
    expect(rowsOf("a < 1 and (b < 2 or c < 3)").rows[1]).toEqual({
      kind: "text",
      text: "b < 2 or c < 3",
    });
  });

  it.each([
    "config.lr < 0.001",
    "config.lr < 0.001 and loss.min < 0.2",
    'config.note = "5" or config.note = "a b"',
    "state in [finished, crashed] and not tags exists",
    '"base" in tags and "other" not in tags',
    "created > 2026-01-01 and duration <= 1h30m",
    "a < 1 and (b < 2 or c < 3)",
    'name ~ "^swan-\\\\d"',
  ])("gives back %s", (text) => {
    expect(parseQuery(builtText(rowsOf(text)))).toEqual(parseQuery(text));
  });

  it("leaves out rows that are not complete", () => {
    const rows: BuilderRow[] = [
      { kind: "test", field: "loss.min", op: "<", value: "0.2" },
      { kind: "test", field: "loss.min", op: ">", value: "" },
      { kind: "test", field: "", op: "=", value: "1" },
      { kind: "text", text: "a <" },
    ];
    expect(builtText({ join: "any", rows })).toBe("loss.min < 0.2");
    expect(rows.slice(1).map(treeOfRow)).toEqual([null, null, null]);
  });

  it("offers what a field can be asked", () => {
    expect(operatorsOf("duration")).toEqual(["<", "<=", ">", ">=", "exists", "not exists"]);
    expect(operatorsOf("loss.min")).not.toContain("~");
    expect(operatorsOf("name")).not.toContain("<");
    expect(operatorsOf("config.lr")).toHaveLength(14);
  });
});
