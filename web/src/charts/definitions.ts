/** What the training said about how its series are shown. */

import type { Definition } from "@/api/messages";

import type { XAxis } from "./spec";

/** What holds for one key; a part is undefined when nobody said anything of it. */
export interface Defined {
  x?: XAxis | undefined;
  section?: string | undefined;
  hidden?: boolean | undefined;
}

/** Does `pattern`, in which `*` stands for any text and nothing else is special, match `key`? */
export function covers(pattern: string, key: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === key;
  if (!key.startsWith(first) || !key.endsWith(last)) return false;
  const end = key.length - last.length;
  let at = first.length;
  // The leftmost place of each part leaves most room for those after it.
  for (const part of rest) {
    const found = key.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}

/**
 * How a key is to be shown. Each part comes from the definition nearest to the key that says it: the
 * key itself, then the pattern with most characters that are not `*`, then the one defined last.
 */
export function definedFor(definitions: readonly Definition[]): (key: string) => Defined {
  const nearest = definitions
    .map((one, place) => ({ one, place, weight: weightOf(one.key) }))
    .toSorted((a, b) => b.weight - a.weight || b.place - a.place)
    .map(({ one }) => one);
  return (key) => {
    const found = nearest.filter((one) => covers(one.key, key));
    const part = <K extends keyof Definition>(name: K) =>
      found.find((one) => one[name] !== null)?.[name] ?? undefined;
    const axis = part("x_axis");
    return {
      x: axis === undefined ? undefined : axisNamed(axis),
      section: part("section"),
      hidden: part("hidden"),
    };
  };
}

function weightOf(pattern: string): number {
  return pattern.includes("*") ? pattern.replaceAll("*", "").length : Infinity;
}

const AXES: Record<string, XAxis> = {
  _step: "step",
  _relative_time: "relative",
  _wall_time: "wall",
};

function axisNamed(name: string): XAxis {
  return Object.hasOwn(AXES, name) ? (AXES[name] as XAxis) : `metric:${name}`;
}
