/** A list of names out of an address or a stored text; what is none is left out. */
export function parseNames(value: unknown): string[] {
  if (typeof value === "string") {
    try {
      return parseNames(JSON.parse(value));
    } catch {
      return []; // Not ours, or from another version.
    }
  }
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
