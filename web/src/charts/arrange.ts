/** Orders that people made by dragging: pure, so that every way of moving can be tested. */

/** Items in the order that was made; those it does not name follow as they came. */
export function ordered<T>(
  items: readonly T[],
  order: readonly string[],
  idOf: (item: T) => string,
): T[] {
  if (order.length === 0) return [...items];
  const places = new Map(order.map((id, place) => [id, place]));
  const placeOf = (item: T) => places.get(idOf(item)) ?? Infinity;
  return items.toSorted((a, b) => {
    const [first, second] = [placeOf(a), placeOf(b)];
    return first === second ? 0 : first - second;
  });
}

/**
 * The order after `id` was put before `before` (null: behind all that is shown). What is not shown
 * just now, because it is searched away, keeps its place.
 */
export function moved(
  order: readonly string[],
  shown: readonly string[],
  id: string,
  before: string | null,
): string[] {
  if (id === before) return [...order];
  const known = new Set(order);
  const all = [...order, ...shown.filter((one) => !known.has(one))].filter((one) => one !== id);
  const last = shown.findLast((one) => one !== id);
  const behind = last === undefined ? all.length : all.indexOf(last) + 1;
  const at = before === null ? behind : all.indexOf(before);
  return [...all.slice(0, at), id, ...all.slice(at)];
}

/** Before which item one stands after a step to the left or right; undefined: it is at the end. */
export function neighbour(
  shown: readonly string[],
  id: string,
  way: -1 | 1,
): string | null | undefined {
  const at = shown.indexOf(id);
  if (way === -1) return at > 0 ? shown[at - 1] : undefined;
  return at >= 0 && at < shown.length - 1 ? (shown[at + 2] ?? null) : undefined;
}
