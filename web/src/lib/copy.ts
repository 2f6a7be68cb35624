import { useCallback, useEffect, useRef, useState } from "react";

/** Put `text` on the clipboard; also on plain HTTP, where the modern way is forbidden. */
export async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused (no permission, page not focused): the old way may still do.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  const focused = document.activeElement;
  // Inside a dialog focus is held: a text area outside of it could not be selected.
  (focused?.closest("[role=dialog]") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

export type Copied = "no" | "yes" | "refused";

/** A copy action and what became of it, for two seconds. */
export function useCopy(): [Copied, (text: string) => Promise<void>] {
  const [copied, setCopied] = useState<Copied>("no");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = useCallback(async (text: string) => {
    setCopied((await copyText(text)) ? "yes" : "refused");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied("no"), 2_000);
  }, []);
  return [copied, copy];
}
