/** Dialogues with language models, as chat templates take them. */

import { isObject } from "@/lib/flatten";

export const ROLES = ["system", "user", "assistant", "tool", "developer", "function"] as const;
export type Role = (typeof ROLES)[number];

export interface Turn {
  role: Role;
  text: string;
  /** What else was said, as JSON: calls of tools and the like. */
  more: string | null;
}

/** Content is a text, or parts of which some are texts. */
function contentOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  return value
    .map((part: unknown) => {
      if (typeof part === "string") return part;
      return isObject(part) && typeof part.text === "string" ? part.text : JSON.stringify(part);
    })
    .join("\n");
}

function turnOf(value: unknown): Turn {
  if (!isObject(value)) throw new Error("a turn of a dialogue has a role");
  const { role, content, ...rest } = value;
  const known = ROLES.find((one) => one === role);
  if (known === undefined) throw new Error("a turn of a dialogue has a role");
  const more = Object.keys(rest).length === 0 ? null : JSON.stringify(rest, null, 2);
  return { role: known, text: contentOf(content), more };
}

/** The turns of a dialogue written as JSON; throws when it is none. */
export function parseDialogue(text: string): Turn[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error("a dialogue is a list of turns");
  return value.map(turnOf);
}

/** A text or dialogue as lines that can be compared. */
export function wordsOf(format: string, text: string | null): string {
  if (format !== "json" || text === null) return text ?? "";
  try {
    return parseDialogue(text)
      .map(({ role, text: words, more }) => [`${role}:`, words, more ?? ""].join("\n").trim())
      .join("\n\n");
  } catch {
    return text; // No dialogue: compared as it is.
  }
}
