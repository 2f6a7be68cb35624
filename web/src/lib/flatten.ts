/** Is it an object with entries of its own, and not a list or null? */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Nested settings as one level, keys joined by dots: `{a: {b: 1}}` gives `a.b`. Lists and empty
 * objects are values. When a key that holds a dot meets a path of the same spelling, the first wins.
 */
export function flatten(value: Record<string, unknown>): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  const walk = (object: Record<string, unknown>, prefix: string) => {
    for (const [key, child] of Object.entries(object)) {
      const path = prefix + key;
      if (isObject(child) && Object.keys(child).length > 0) walk(child, `${path}.`);
      else if (!flat.has(path)) flat.set(path, child);
    }
  };
  walk(value, "");
  return flat;
}
