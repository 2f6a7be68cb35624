/** Numbers and times as charts print them: on axes, in tooltips, in file names. */

const UNITS: readonly (readonly [size: number, suffix: string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

function trim(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function exponent(value: number, digits: number): string {
  const [mantissa = "0", power = "0"] = value.toExponential(digits).split("e");
  return `${trim(mantissa)}e${power.replace("+", "")}`;
}

/**
 * Labels of an axis with ticks `increment` apart: short, and different from each other even where
 * the range is a sliver of the value.
 */
export function tickLabels(ticks: readonly number[], increment: number): string[] {
  const largest = ticks.reduce((most, tick) => Math.max(most, Math.abs(tick)), 0);
  if (largest === 0) return ticks.map(() => "0");
  const digits = Math.max(0, Math.floor(Math.log10(largest)) - Math.floor(Math.log10(increment)));
  if (largest < 1e-3 || largest >= 1e15)
    return ticks.map((tick) => (tick === 0 ? "0" : scientific(tick, increment)));
  const [size, suffix] = (largest >= 1e4 && UNITS.find(([unit]) => largest >= unit)) || [1, ""];
  const decimals = decimalsOf(increment / size);
  // "1000.0001k" says less than the plain number.
  if (suffix && decimals > 3 && digits > 6) return plain(ticks, decimalsOf(increment));
  return ticks.map((tick) =>
    tick === 0 ? "0" : (tick / size).toFixed(decimals).replace(/^-(0(?:\.0*)?)$/, "$1") + suffix,
  );
}

function scientific(tick: number, increment: number): string {
  const power = Math.floor(Math.log10(Math.abs(tick)) + 1e-9);
  const digits = Math.min(decimalsOf(increment / 10 ** power), 12);
  return exponent(tick, digits);
}

function plain(ticks: readonly number[], decimals: number): string[] {
  return ticks.map((tick) => tick.toFixed(Math.min(decimals, 12)));
}

/** How many decimals tell multiples of `increment` apart (0.25 → 2, 10 → 0). */
function decimalsOf(increment: number): number {
  const magnitude = Math.max(0, -Math.floor(Math.log10(increment) + 1e-9));
  for (let decimals = magnitude; decimals < magnitude + 3; decimals++) {
    const scaled = increment * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return Math.min(decimals, 20);
  }
  return Math.min(magnitude + 2, 20);
}

/** Every digit that was logged; float32 columns without the digits that their widening invents. */
export function exactNumber(value: number, single = false): string {
  if (!Number.isFinite(value)) return notFinite(value);
  return single ? String(Number(value.toPrecision(7))) : String(value);
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Inf" : "-Inf";
}

const counters = new Map<string, Intl.NumberFormat>();

/** A step with its thousands parted: `34,210`. */
export function stepNumber(step: number, language: string): string {
  let counter = counters.get(language);
  if (!counter) {
    counter = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    counters.set(language, counter);
  }
  return counter.format(step);
}

/** Seconds as a short length of time: `0.5s`, `42s`, `2h 14m`, `3d 4h`. */
export function duration(seconds: number): string {
  const sign = seconds < 0 ? "-" : "";
  let rest = Math.abs(seconds);
  if (rest < 60) return `${sign}${trim(rest < 10 ? rest.toFixed(1) : rest.toFixed(0))}s`;
  rest = Math.round(rest);
  const part = (size: number, name: string) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count ? `${count}${name}` : "";
  };
  const parts = [part(86_400, "d"), part(3600, "h"), part(60, "m"), part(1, "s")];
  const first = parts.findIndex(Boolean);
  return (
    sign +
    parts
      .slice(first, first + 2)
      .filter(Boolean)
      .join(" ")
  );
}

/** Increments, in seconds, at which a time axis may be parted. */
export const DURATION_INCREMENTS: number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900,
  1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 2_592_000, 8_640_000,
];

/** Labels of an axis of durations: only the parts that the increment can change. */
export function durationLabels(ticks: readonly number[], increment: number): string[] {
  if (increment < 1) {
    const decimals = decimalsOf(increment);
    return ticks.map((tick) => (tick === 0 ? "0" : `${tick.toFixed(decimals)}s`));
  }
  const labels = ticks.map((tick) => (tick === 0 ? "0" : duration(tick)));
  return new Set(labels).size === labels.length ? labels : ticks.map(hoursMinutesSeconds);
}

/** `26:03:09`: for seconds that stand among hours, where a short form would leave them out. */
function hoursMinutesSeconds(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const two = (part: number) => String(part).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return `${seconds < 0 ? "-" : ""}${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** Labels of a wall-clock axis (Unix seconds); the day stands under the first label of each day. */
export function clockLabels(
  ticks: readonly number[],
  increment: number,
  language: string,
): string[] {
  const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric" });
  const clock = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: increment < 60 ? "2-digit" : undefined,
    fractionalSecondDigits: fractionOf(increment),
    hourCycle: "h23",
  });
  let before = "";
  return ticks.map((tick) => {
    const date = new Date(tick * 1000);
    const today = day.format(date);
    const isNew = today !== before;
    before = today;
    if (increment >= 86_400) return today;
    return isNew ? `${clock.format(date)}\n${today}` : clock.format(date);
  });
}

/** Digits below the second that tell the ticks of a clock apart. */
function fractionOf(increment: number): 1 | 2 | 3 | undefined {
  if (increment >= 1) return undefined;
  return Math.min(3, Math.max(1, decimalsOf(increment))) as 1 | 2 | 3;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Date and time of a Unix millisecond in the reader's time zone. */
export function fullTime(milliseconds: number, language: string): string {
  let clock = clocks.get(language);
  if (!clock) {
    clock = new Intl.DateTimeFormat(language, {
      dateStyle: "medium",
      timeStyle: "medium",
      hourCycle: "h23",
    });
    clocks.set(language, clock);
  }
  return clock.format(milliseconds);
}

/** A file name out of a series key. */
export function fileName(key: string, extension: string): string {
  return `${key.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^-+|-+$/g, "") || "chart"}.${extension}`;
}
