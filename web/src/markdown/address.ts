/** Which addresses a text that somebody else wrote may lead to. */

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

function parsed(address: string, base: string): URL | null {
  try {
    return new URL(address, base);
  } catch {
    return null;
  }
}

/** The address if a link may lead there, else null: no scripts, no data, no other programs. */
export function linkAddress(address: string, base: string): string | null {
  const url = parsed(address, base);
  return url !== null && SCHEMES.has(url.protocol) ? address : null;
}

/** May a picture be fetched from there unasked? Only from our own origin: others would see who reads. */
export function isOwn(address: string, base: string): boolean {
  const [url, own] = [parsed(address, base), parsed(base, base)];
  return url !== null && own !== null && url.origin === own.origin && url.origin !== "null";
}
