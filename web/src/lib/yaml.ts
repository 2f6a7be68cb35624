/** Plain values as YAML that 1.1 and 1.2 readers take the same way. */

import { isObject } from "./flatten";

/** Texts that need no quotes: they read as nothing else. */
const PLAIN = /^[A-Za-z_/][\w./-]*(?: [\w./-]+)*$/;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

function text(value: string): string {
  return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
}

/** PyYAML takes `1e-7` for a text: a mantissa needs its point. */
function number(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  return String(value).replace(/^(-?\d+)e/, "$1.0e");
}

function scalar(value: unknown): string {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return number(value);
  return value === undefined ? "null" : JSON.stringify(value);
}

function isBranch(value: unknown): value is Record<string, unknown> | unknown[] {
  return Array.isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0;
}

function lines(value: unknown, indent: string): string[] {
  if (!isBranch(value)) return [`${indent}${scalar(value)}`];
  if (Array.isArray(value))
    return value.flatMap((item) => {
      const [first = "", ...rest] = lines(item, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  return Object.entries(value).flatMap(([key, child]) =>
    isBranch(child)
      ? [`${indent}${text(key)}:`].concat(lines(child, `${indent}  `))
      : [`${indent}${text(key)}: ${scalar(child)}`],
  );
}

export function toYaml(value: unknown): string {
  return `${lines(value, "").join("\n")}\n`;
}
