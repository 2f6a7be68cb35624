/** What differs between two runs: in what went in, and in what came out. */

import type { Series } from "@/api/messages";
import { flatten } from "@/lib/flatten";
import { exactSetting, exactValue, type Value } from "@/lib/format";

export interface SettingDifference {
  path: string;
  /** undefined: this run has no such setting. */
  here: unknown;
  there: unknown;
}

/** Settings that are not the same in both, in the order of the first, then of the second. */
export function settingDifferences(
  here: Record<string, unknown>,
  there: Record<string, unknown>,
): SettingDifference[] {
  const [a, b] = [flatten(here), flatten(there)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((path) => {
    const same =
      a.has(path) && b.has(path) && exactSetting(a.get(path)) === exactSetting(b.get(path));
    return same ? [] : [{ path, here: a.get(path), there: b.get(path) }];
  });
}

type Last = Pick<Series, "key" | "rank" | "last">;

export interface ValueDifference {
  key: string;
  rank: number;
  here: Value;
  there: Value;
  /** What this run has more; null where one of them is no number. */
  more: number | null;
}

/** Series whose last values are not the same. */
export function valueDifferences(here: readonly Last[], there: readonly Last[]): ValueDifference[] {
  const nameOf = ({ key, rank }: Last) => `${rank} ${key}`;
  const [a, b] = [here, there].map((list) => new Map(list.map((one) => [nameOf(one), one]))) as [
    Map<string, Last>,
    Map<string, Last>,
  ];
  return [...new Map([...b, ...a]).entries()]
    .map(([name, { key, rank }]): ValueDifference => {
      const [left, right] = [a.get(name)?.last, b.get(name)?.last];
      const numbers = typeof left === "number" && typeof right === "number";
      return { key, rank, here: left, there: right, more: numbers ? left - right : null };
    })
    .filter((one) => exactValue(one.here) !== exactValue(one.there))
    .toSorted((x, y) => x.key.localeCompare(y.key, "en", { numeric: true }) || x.rank - y.rank);
}
