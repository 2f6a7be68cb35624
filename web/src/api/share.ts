/**
 * The share link that this tab was opened by. Its token goes with every request, as the header
 * `Swanlab-Share` or, where the browser asks by itself, as `?share=`. It is kept for the tab, so
 * that a reload still shows the project, and a new window does not.
 */

const NAME = "swanlab.share";

/** The token of the link, or null. A browser that forbids storage keeps it while the page lives. */
export function shareToken(): string | null {
  try {
    return sessionStorage.getItem(NAME) ?? held;
  } catch {
    return held;
  }
}

let held: string | null = null;

/** Keep the token for this tab; null forgets it. */
export function keepShareToken(token: string | null): void {
  held = token;
  try {
    if (token === null) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, token);
  } catch {
    // Forbidden: it lasts as long as the page.
  }
}

/** The address with the token of the link, for what the browser fetches by itself. */
export function withShare(url: string): string {
  const token = shareToken();
  if (token === null) return url;
  return `${url}${url.includes("?") ? "&" : "?"}${new URLSearchParams({ share: token }).toString()}`;
}
