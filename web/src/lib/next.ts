/** Where to go after signing in: a page of this site and nothing else, whatever the address says. */
export function safeNext(next: string | undefined): string {
  if (next === undefined) return "/";
  try {
    const url = new URL(next, window.location.origin);
    const inside = url.origin === window.location.origin && url.pathname !== "/login";
    return inside ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}
