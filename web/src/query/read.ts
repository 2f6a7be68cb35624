/** What the words of a filter mean: fields and values, there and back. */

import type { Token } from "./tokens";
import { one, PLAIN, STATES, STATS, type Value, WORDS } from "./tree";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|min|[smhdw]))+$/u;
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?(?:Z|([+-])(\d\d):(\d\d))?)?$/u;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  min: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
};
/** Words that mean themselves where a field, or a value, is read. */
const BARE = /^[^\s()[\],"'`=<>!~]+$/u;

/** The field that a word names, as the server calls it. What is in backquotes is taken as it is. */
export function fieldOf(raw: string): string {
  const name = raw.replaceAll(/`([^`]+)`/gu, "$1");
  if (one(PLAIN, raw) || raw.startsWith("config.")) return name;
  const own = raw.startsWith("summary.") ? name.slice("summary.".length) : name;
  const dot = own.lastIndexOf(".");
  const stat = own.slice(dot + 1);
  const bare = raw.slice(raw.lastIndexOf("`") + 1);
  if (dot > 0 && one(STATS, stat) && bare.endsWith(`.${stat}`)) return `summary.${own}`;
  return `summary.${own}.last`;
}

function quotedName(name: string): string {
  return BARE.test(name) ? name : `\`${name}\``;
}

/** How the field is written. */
export function fieldText(field: string): string {
  if (field.startsWith("config.")) return `config.${quotedName(field.slice("config.".length))}`;
  if (!field.startsWith("summary.")) return field;
  const whole = field.slice("summary.".length);
  const dot = whole.lastIndexOf(".");
  const [key, stat] = [whole.slice(0, dot), whole.slice(dot + 1)];
  const end = stat === "last" ? "" : `.${stat}`;
  const taken =
    one(PLAIN, key) || one(WORDS, key.toLowerCase()) || /^(?:config|summary)\./u.test(key);
  const misread = STATS.some((name) => key.endsWith(`.${name}`));
  const name = misread || !BARE.test(key) ? `\`${key}\`` : key;
  return (taken && !name.startsWith("`") ? "summary." : "") + name + end;
}

/** What a token says as a text. */
export function textOf({ kind, raw }: Token): string {
  return kind === "text" ? raw.slice(1, -1).replaceAll(/\\(.)/gsu, "$1") : raw.replaceAll("`", "");
}

/** A value that says itself what it is: a number, a truth, else a text. */
export function plainValue(token: Token): Value {
  const text = textOf(token);
  if (token.kind === "text") return text;
  if (NUMBER.test(text) && Number.isFinite(Number(text))) return Number(text);
  const words: Readonly<Record<string, Value>> = { true: true, false: false, null: null };
  return words[text.toLowerCase()] ?? (text.toLowerCase() === "null" ? null : text);
}

type ValueTrouble = "date" | "duration" | "large" | "number" | "state";

/** The value as the field has them, or what is wrong with it. */
export function readValue(
  field: string,
  token: Token,
): { value: Value } | { trouble: ValueTrouble } {
  const text = textOf(token);
  if (field === "created") return orTrouble(readDate(text), "date");
  if (field === "duration") return orTrouble(readDuration(text), "duration");
  if (field === "state")
    return one(STATES, text.toLowerCase()) ? { value: text.toLowerCase() } : { trouble: "state" };
  const metric = field.startsWith("summary.");
  if (metric && (token.kind === "text" || !NUMBER.test(text))) return { trouble: "number" };
  if (!metric && !field.startsWith("config.")) return { value: text };
  const large = token.kind === "word" && NUMBER.test(text) && !Number.isFinite(Number(text));
  return large ? { trouble: "large" } : { value: plainValue(token) };
}

function orTrouble(
  value: number | null,
  trouble: ValueTrouble,
): { value: Value } | { trouble: ValueTrouble } {
  return value === null ? { trouble } : { value };
}

/** Milliseconds of a moment as it is written, in UTC where it does not say otherwise. */
function readDate(text: string): number | null {
  const parts = DATE.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", sign, ahead, more] = parts;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const there = new Date(Date.UTC(y, m - 1, d));
  if (y < 100 || there.getUTCMonth() !== m - 1 || there.getUTCDate() !== d) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const offset = (Number(ahead ?? 0) * HOUR + Number(more ?? 0) * MINUTE) * (sign === "-" ? -1 : 1);
  const within = Number(hour) * HOUR + Number(minute) * MINUTE + Number(second) * SECOND;
  return there.getTime() + within - offset;
}

function readDuration(text: string): number | null {
  if (!DURATION.test(text)) return null;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|min|[smhdw])/gu))
    sum += Number(number) * (UNITS[unit ?? ""] ?? 0);
  return Math.round(sum);
}

/** How a value of the field is written. */
export function valueText(field: string, value: Value): string {
  if (field === "created" && typeof value === "number") return dateText(value);
  if (field === "duration" && typeof value === "number") return durationText(value);
  if (typeof value !== "string") return String(value);
  const word = value.toLowerCase();
  const mistaken = NUMBER.test(value) || one([...WORDS, "true", "false", "null"], word);
  return BARE.test(value) && !mistaken ? value : quote(value);
}

/** A text in quotes. */
export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}

function dateText(moment: number): string {
  const text = new Date(moment).toISOString();
  if (text.endsWith("T00:00:00.000Z")) return text.slice(0, 10);
  return text.endsWith(":00.000Z") ? text.slice(0, 16) : `${text.slice(0, 19)}Z`;
}

function durationText(duration: number): string {
  let rest = duration;
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"] as const) {
    const size = UNITS[unit] ?? 1;
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text || "0s";
}
