/** Which runs of a list are drawn: so many from the top, and what a person said of single runs. */

export interface ShownRule {
  /** So many runs from the top of the list. */
  first: number;
  /** Drawn though they stand further down. */
  on: ReadonlySet<string>;
  /** Not drawn though they stand at the top. */
  off: ReadonlySet<string>;
}

export const FIRST = 10;
export const FIRSTS = [0, 5, 10, 20, 50, 100] as const;

/** The runs drawn, in the order of the list. */
export function shownOf(ordered: readonly string[], { first, on, off }: ShownRule): string[] {
  return ordered.filter((id, i) => on.has(id) || (i < first && !off.has(id)));
}

/** The rule after the eye of one run was clicked. */
export function toggled(ordered: readonly string[], rule: ShownRule, id: string): ShownRule {
  const on = new Set(rule.on);
  const off = new Set(rule.off);
  const atTop = ordered.indexOf(id) < rule.first && ordered.includes(id);
  if (on.has(id) || (atTop && !off.has(id))) {
    on.delete(id);
    if (atTop) off.add(id);
  } else {
    off.delete(id);
    if (!atTop) on.add(id);
  }
  return { first: rule.first, on, off };
}

/** Only this run. */
export function only(id: string): ShownRule {
  return { first: 0, on: new Set([id]), off: new Set() };
}
