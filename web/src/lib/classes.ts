import { clsx, type ClassValue } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

/** Our sizes of text, which would pass for colours of text otherwise. */
const twMerge = extendTailwindMerge({
  extend: { classGroups: { "font-size": [{ text: ["tiny", "small", "base", "title"] }] } },
});

/** Class names joined; of two Tailwind classes that clash the later wins. */
export function cn(...classes: ClassValue[]): string {
  return twMerge(clsx(classes));
}
