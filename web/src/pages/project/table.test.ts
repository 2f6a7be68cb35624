import { describe, expect, it } from "vitest";

import type { RunRow } from "@/api/messages";
import { findNames } from "@/lib/fuzzy";

import { alike, arrange, moved, pinToggled } from "./arrange";
import { type Field, type Row, RUN_FIELDS } from "./fields";
import { metricField, serverField, summaryOf, type Value } from "./stats";
import { digest, itemsOf } from "./tableGroups";
import type { Columns } from "./useColumns";

const columns: Columns = { hidden: new Set(), order: [], pinned: [], stats: [] };

function field(id: string, value: Field["value"] = () => null): Field {
  const text = (of: Row) => String(value(of));
  return { id, label: id, group: "last", numeric: true, width: 100, value, text, exact: text };
}

const fields = [...RUN_FIELDS.slice(0, 2), ...["a", "b", "c", "d"].map((id) => field(id))];
const ids = (change: Partial<Columns>) => {
  const { pinned, rest } = arrange(fields, { ...columns, ...change });
  return [pinned.map(({ id }) => id).join(""), rest.map(({ id }) => id).join("")];
};

describe("columns", () => {
  it("stand as they come, but for those that are pinned, ordered or hidden", () => {
    expect(ids({})).toEqual(["", "abcd"]);
    expect(ids({ order: ["c", "gone", "a"] })).toEqual(["", "cabd"]);
    expect(ids({ pinned: ["d"], order: ["d", "b"], hidden: new Set(["a"]) })).toEqual(["d", "bc"]);
  });

  it("are moved before or behind another, and to the left", () => {
    const after = (id: string, target: string, now: Partial<Columns> = {}) =>
      ids({ ...now, ...moved(arrange(fields, { ...columns, ...now }), id, target) });
    expect(after("d", "a")).toEqual(["", "dabc"]);
    expect(after("a", "c")).toEqual(["", "bcad"]);
    expect(after("a", "a")).toEqual(["", "abcd"]);
    expect(after("b", "d", { pinned: ["d"] })).toEqual(["bd", "ac"]);
    expect(after("d", "b", { pinned: ["d"] })).toEqual(["", "adbc"]);
    expect(pinToggled({ ...columns, pinned: ["a"] }, "a")).toEqual({ pinned: [] });
  });

  it("are found by some of their letters, the nearest first, or by an expression", () => {
    const names = ["val/loss", "train/loss", "train/learning_rate", "acc"];
    const find = (query: string) => findNames(query, names, (name) => name).found;
    expect(find("trls")[0]).toBe("train/loss");
    expect(find("loss")).toEqual(["val/loss", "train/loss"]);
    expect(find("^train")).toEqual(["train/loss", "train/learning_rate"]);
    expect(find("lr")).toEqual(["train/learning_rate"]);
    expect(find("zz")).toEqual([]);
    expect(findNames("(", names, (name) => name).invalid).toBe(true);
  });
});

function row(id: string, group: string | null, lr: unknown): Row {
  return { run: { id, group } as RunRow, config: new Map([["lr", lr]]) };
}

const rows = [row("r1", "x", 1), row("r2", "y", 2), row("r3", "x", 4), row("r4", "x", "auto")];
const lr = field("config.lr", ({ config }) => config.get("lr"));

describe("groups in the table", () => {
  it("stand where their first run does, open or folded", () => {
    const said = (folded: string[]) =>
      itemsOf(rows, ["group"], new Set(folded)).map((item) =>
        item.kind === "run" ? item.row.run.id : `${item.group.name} ${item.group.rows.length}`,
      );
    expect(said([])).toEqual(["x 3", "r1", "r3", "r4", "y 1", "r2"]);
    expect(said(["x"])).toEqual(["x 3", "y 1", "r2"]);
    expect(itemsOf(rows, [], new Set()).every(({ kind }) => kind === "run")).toBe(true);
  });

  it("are summed up by what is a number", () => {
    expect(digest(lr, rows)).toEqual({ mean: 7 / 3, min: 1, max: 4, count: 3 });
    expect(digest(lr, rows.slice(3))).toBeNull();
  });

  it("a column in which all say the same tells none from another", () => {
    expect(alike(lr, rows)).toBe(false);
    expect(alike(lr, rows.slice(0, 1))).toBe(true);
    const list = field("list", () => [1, 2]);
    expect(alike(list, rows)).toBe(true);
  });
});

describe("columns of summaries", () => {
  it("are named by what is asked of which metric", () => {
    expect(summaryOf("min.a.b")).toEqual({ key: "a.b", stat: "min" });
    expect(summaryOf("config.lr")).toBeNull();
    expect(serverField("last.train/loss")).toBe("summary.train/loss.last");
    expect(serverField("created")).toBe("created");
  });

  it("show what the server said, and nothing where it said nothing", () => {
    const values = new Map<string, Value>([
      ["r1", 0.25],
      ["r2", "NaN"],
    ]);
    const made = metricField("min.loss", (of) => values.get(of));
    const [first, second, third] = rows;
    if (!made || !first || !second || !third) throw new Error("no rows");
    expect([made.value(first), made.text(first), made.exact(first)]).toEqual([
      0.25,
      "0.2500",
      "0.25",
    ]);
    expect(made.value(second)).toBeNaN();
    expect([made.value(third), made.text(third)]).toEqual([null, ""]);
  });
});
