// @vitest-environment jsdom
import { expect, it } from "vitest";

import type { RunRow } from "@/api/messages";

import type { Row } from "./fields";
import { groupName, groupsOf, NOTHING } from "./useGroups";

function row(id: string, group: string | null, config: Record<string, unknown> = {}): Row {
  const run = { id, group, job_type: null } as RunRow;
  return { run, config: new Map(Object.entries(config)) };
}

const rows = [row("a", "wide"), row("b", "narrow"), row("c", "wide"), row("d", null)];

it("a run's group is what it says, and those that say nothing are one group", () => {
  expect(rows.map((one) => groupName(one, ["group"]))).toEqual(["wide", "narrow", "wide", NOTHING]);
  expect(groupName(row("a", null, { "opt.lr": 0.1 }), ["config.opt.lr"])).toBe("0.1");
  expect(groupName(row("a", "wide"), ["config.lr"])).toBe(NOTHING);
  expect(groupName(row("a", "wide"), ["nonsense"])).toBe(NOTHING);
  expect(groupName(row("a", "wide", { lr: 0.1 }), ["group", "config.lr"])).toBe("wide · 0.1");
});

it("numbers are of the runs listed, colours of all groups there are", () => {
  const all = groupsOf(rows, rows, ["group"]);
  const found = groupsOf(rows, rows.slice(0, 1), ["group"]);
  expect(all?.get("a")?.runs).toBe(2);
  expect(found?.get("a")?.runs).toBe(1);
  expect(found?.get("a")?.style).toEqual(all?.get("a")?.style);
  expect(found?.has("b")).toBe(false);
});

it("without grouping there are no groups", () => {
  expect(groupsOf(rows, rows, [])).toBeNull();
});
