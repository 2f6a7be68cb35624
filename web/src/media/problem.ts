/** Why something cannot be drawn, in words that are translated where they are shown. */

import type { TextName } from "@/i18n";

export class Problem extends Error {
  readonly text: TextName;
  readonly values: Readonly<Record<string, unknown>>;

  constructor(text: TextName, values: Readonly<Record<string, unknown>> = {}) {
    super(text);
    this.text = text;
    this.values = values;
  }
}

/** The object that a JSON text says; anything else is a problem. */
export function parsedObject(text: string): Record<string, unknown> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Problem("viewer.noJson");
  }
  if (!isObject(found)) throw new Problem("viewer.noJson");
  return found;
}

/** Is this an object with names, not a list? */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
