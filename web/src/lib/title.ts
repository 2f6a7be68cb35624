import { useEffect } from "react";

/** What the browser's tab says while the page is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "" ? "swanlab" : `${title} · swanlab`;
  }, [title]);
}
