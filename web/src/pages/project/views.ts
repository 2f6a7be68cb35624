/** Saved views as data: what one consists of, and whether what is shown is still the same. */

import type { View, ViewSpec } from "@/api/messages";
import { type ProjectSearch, projectSearch } from "@/app/router";
import { EMPTY, type Layout, parseLayout } from "@/charts/layout";
import { isObject } from "@/lib/flatten";

/** The state of the page as a view keeps it. */
export function specOf(search: ProjectSearch, layout: Layout): ViewSpec {
  const { view: _view, ...rest } = projectSearch({ ...search });
  return { search: { ...rest }, layout };
}

/** The address's parameters of a view, out of what was saved, by whomever. */
export function searchOf({ id, spec }: View): ProjectSearch {
  return { ...projectSearch(isObject(spec.search) ? spec.search : {}), view: String(id) };
}

export function layoutOf({ spec }: View): Layout {
  return parseLayout(spec.layout);
}

/** JSON with its entries in one order, so that equal things are equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isObject(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Whether a view looks as it is shown now. */
export function sameView(view: View, search: ProjectSearch, layout: Layout): boolean {
  const saved = specOf(searchOf(view), layoutOf(view));
  return canonical(saved) === canonical(specOf(search, layout));
}

/** Whether an address names nothing but a view, or nothing at all: then the view decides. */
export function bare(search: ProjectSearch): boolean {
  return Object.keys(specOf(search, EMPTY).search).length === 0;
}

/** The view of that id. */
export function viewOf(views: readonly View[], id: string | undefined): View | undefined {
  return id === undefined ? undefined : views.find((view) => String(view.id) === id);
}
