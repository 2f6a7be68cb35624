/** Where the lines of a logarithmic or symlog axis stand. */

/** Less than this from end to end and the axis is nearly straight: even ticks say more. */
const STRAIGHT = 20;
const MOST = 6;

export interface Curve {
  y: "linear" | "log" | "symlog";
  linearBelow: number;
}

/** Powers of ten between `min` and `max` (and zero, and negative ones), at most about a dozen. */
export function curvedTicks(min: number, max: number, { y, linearBelow }: Curve): number[] {
  const oneSign = min > 0 || max < 0;
  const ratio = Math.max(Math.abs(min), Math.abs(max)) / Math.min(Math.abs(min), Math.abs(max));
  if (oneSign && ratio < STRAIGHT) return evenTicks(min, max);
  if (y === "log") return powers(min, max);
  const ticks = [
    ...powers(linearBelow, -min)
      .map((tick) => -tick)
      .toReversed(),
    ...(min <= 0 && max >= 0 ? [0] : []),
    ...powers(linearBelow, max),
  ];
  return ticks.filter((tick) => tick >= min && tick <= max);
}

/** Powers of ten from `low` to `high`, thinned to a handful, the largest kept. */
function powers(low: number, high: number): number[] {
  if (!(low > 0) || high < low) return [];
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / MOST));
  const ticks: number[] = [];
  for (let power = last; power >= first; power -= every) ticks.unshift(Number(`1e${power}`));
  return ticks;
}

/** A handful of round numbers between two others. */
export function evenTicks(min: number, max: number): number[] {
  const rough = (max - min) / 4;
  if (!(rough > 0)) return [min];
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((one) => one * unit >= rough) ?? 10) * unit;
  const ticks: number[] = [];
  for (let k = Math.ceil(min / step - 1e-9); k * step <= max * (1 + 1e-12); k++)
    ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}
