/** Numbers, durations and times as people read them. Exact values belong into titles and copies. */

/** What JSON cannot say comes as one of these words. */
export type Value = number | string | null | undefined;

const SUFFIXES = ["", "k", "M", "G", "T"];
const NOTHING = "–";

function exponential(value: number, digits: number): string {
  const [mantissa = "", exponent = ""] = value.toExponential(digits - 1).split("e");
  return `${trimZeros(mantissa)}e${exponent.replace("+", "")}`;
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function shortened(value: number, digits: number): string {
  let scaled = value;
  let power = 0;
  while (Math.abs(Number(scaled.toPrecision(digits))) >= 1000 && power < SUFFIXES.length - 1) {
    scaled /= 1000;
    power += 1;
  }
  return trimZeros(scaled.toPrecision(digits)) + SUFFIXES[power];
}

/**
 * A number in `digits` significant digits: `0.1846`, `1.2e-4`, `12.3k`. Fractions keep their zeros
 * (`0.1790`), so that the digits of a column stand under each other; whole numbers below 10,000 are
 * written out.
 */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Inf" : "-Inf";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e15) return exponential(value, digits);
  if (Number.isInteger(value) && size < 10_000) return String(value);
  const rounded = value.toPrecision(digits);
  if (Math.abs(Number(rounded)) >= 10_000) return shortened(value, digits);
  return Number(rounded) === 0 ? "0" : Number(rounded).toFixed(decimals(rounded));
}

function decimals(precise: string): number {
  return precise.split(".")[1]?.length ?? 0;
}

/** A logged value, which may be NaN or an infinity spelled as a word, or missing. */
export function formatValue(value: Value, digits = 4): string {
  if (value === null || value === undefined) return NOTHING;
  return typeof value === "number" ? formatNumber(value, digits) : formatNumber(Number(value));
}

/** All digits of a number, as a program would read them back. */
export function exactValue(value: Value): string {
  if (value === null || value === undefined) return "";
  return String(value);
}

/** A value of a config: whole numbers as they are, fractions short, lists and text as JSON says. */
export function formatSetting(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return NOTHING;
  if (typeof value === "string") return value;
  if (typeof value === "number") {
    return Number.isInteger(value) ? String(value) : trimFraction(formatNumber(value));
  }
  return JSON.stringify(value);
}

function trimFraction(text: string): string {
  return /[ekMGT]/.test(text) ? text : trimZeros(text);
}

/** A value of a config in full. */
export function exactSetting(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A count with the language's separators: `12,345`. */
export function formatCount(value: number, language: string): string {
  return countFormat(language).format(value);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in milliseconds by its two largest units: `42s`, `3m 12s`, `2h 14m`, `3d 4h`. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  const two = (n: number) => String(n).padStart(2, "0");
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${two(Math.floor((ms % MINUTE) / SECOND))}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${two(Math.floor((ms % HOUR) / MINUTE))}m`;
  return `${Math.floor(ms / DAY)}d ${Math.floor((ms % DAY) / HOUR)}h`;
}

/** Making a formatter costs a hundred times its use, and tables use thousands. */
function once<T>(make: (language: string) => T): (language: string) => T {
  const made = new Map<string, T>();
  return (language) => {
    let formatter = made.get(language);
    if (formatter === undefined) made.set(language, (formatter = make(language)));
    return formatter;
  };
}

const momentFormat = once(
  (language) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }),
);
const agoFormat = once(
  (language) => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }),
);
const countFormat = once((language) => new Intl.NumberFormat(language));
const dayFormat = once(
  (language) => new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }),
);
const dateFormat = once(
  (language) =>
    new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" }),
);

/** A moment in full, in the reader's time zone. */
export function formatMoment(unixMs: number, language: string): string {
  return momentFormat(language).format(unixMs);
}

/** How long ago, up to a week; then the date. */
export function formatAgo(unixMs: number, now: number, language: string): string {
  const ago = Math.max(0, now - unixMs);
  const relative = agoFormat(language);
  if (ago < MINUTE) return relative.format(0, "second");
  if (ago < HOUR) return relative.format(-Math.floor(ago / MINUTE), "minute");
  if (ago < DAY) return relative.format(-Math.floor(ago / HOUR), "hour");
  if (ago < 7 * DAY) return relative.format(-Math.floor(ago / DAY), "day");
  const sameYear = new Date(unixMs).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayFormat : dateFormat)(language).format(unixMs);
}

/** Time of day with seconds, for lines of a log. */
export function formatClock(unixMs: number): string {
  const time = new Date(unixMs);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** Bytes with binary prefixes: `31.3 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let scaled = bytes;
  let power = 0;
  while (scaled >= 1024 && power < units.length - 1) {
    scaled /= 1024;
    power += 1;
  }
  return `${power === 0 ? scaled : trimZeros(scaled.toPrecision(3))} ${units[power]}`;
}
