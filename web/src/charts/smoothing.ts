/** A value to draw: null breaks the line (nothing finite was logged), undefined is passed over. */
export type Cell = number | null | undefined;

/** The x range counts as this many units, so one setting looks the same at 100 and 1 M steps. */
const SPAN = 1000;

export const SMOOTHERS = ["average", "gaussian", "mean"] as const;
export type Smoother = (typeof SMOOTHERS)[number];

/** The widest window: at full strength a point hears of this share of x to each side. */
const WIDEST = 0.125;

/**
 * `y` smoothed by the chosen rule. Cells without a value stay as they are and do not weigh.
 *
 * @param weight 0 (as logged) to below 1
 */
export function smooth(
  x: ArrayLike<number>,
  y: ArrayLike<Cell>,
  weight: number,
  smoother: Smoother = "average",
): Cell[] {
  if (smoother === "average") return averaged(x, y, weight);
  const range = x.length ? (x[x.length - 1] as number) - (x[0] as number) : 0;
  // Squared, so that the slider's lower half, where one is careful, is fine.
  const reach = range * WIDEST * weight * weight;
  return smoother === "mean" ? runningMean(x, y, reach) : gaussian(x, y, reach / 2);
}

/** outᵢ = the mean of all yⱼ with |xⱼ − xᵢ| ≤ reach: a window that stands around its point. */
function runningMean(x: ArrayLike<number>, y: ArrayLike<Cell>, reach: number): Cell[] {
  const out: Cell[] = Array.from({ length: y.length });
  let from = 0;
  for (let i = 0; i < y.length; i++) {
    const at = x[i] as number;
    while ((x[from] as number) < at - reach) from++;
    out[i] = y[i];
    if (!isCell(y[i])) continue;
    // Summed anew for each window: in a sum carried along, one huge value would drown the rest.
    let sum = 0;
    let count = 0;
    for (let j = from; j < y.length && (x[j] as number) <= at + reach; j++) {
      const value = y[j];
      if (!isCell(value)) continue;
      sum += value;
      count += 1;
    }
    out[i] = sum / count;
  }
  return out;
}

/**
 * outᵢ = Σ wⱼ·yⱼ / Σ wⱼ with wⱼ = exp(−(xⱼ − xᵢ)² / 2σ²), the kernel estimate of Nadaraya and
 * Watson (1964), whose kernel is cut off at 3σ.
 */
function gaussian(x: ArrayLike<number>, y: ArrayLike<Cell>, sigma: number): Cell[] {
  const out: Cell[] = Array.from({ length: y.length });
  let from = 0;
  for (let i = 0; i < y.length; i++) {
    const at = x[i] as number;
    while ((x[from] as number) < at - 3 * sigma) from++;
    if (!isCell(y[i]) || !(sigma > 0)) {
      out[i] = y[i];
      continue;
    }
    let sum = 0;
    let norm = 0;
    for (let j = from; j < y.length && (x[j] as number) <= at + 3 * sigma; j++) {
      const value = y[j];
      if (!isCell(value)) continue;
      const weight = Math.exp(-0.5 * (((x[j] as number) - at) / sigma) ** 2);
      sum += weight * value;
      norm += weight;
    }
    out[i] = sum / norm;
  }
  return out;
}

function isCell(value: Cell): value is number {
  return value !== null && value !== undefined;
}

/**
 * Time-weighted exponential moving average, without the pull of the first values towards zero.
 *
 * With w = min(√weight, 0.999), d = (xᵢ − xᵢ₋₁) · 1000 / (x range) and f = w^d:
 *
 *     sᵢ = f·sᵢ₋₁ + yᵢ      nᵢ = f·nᵢ₋₁ + 1      outᵢ = sᵢ / nᵢ
 *
 * so that points far apart pull less on each other, and dense and sparse curves in one chart are
 * smoothed alike. The definition is the documented one of
 * https://docs.wandb.ai/models/app/features/panels/line-plot/smoothing and
 * https://docs.swanlab.cn/en/guide_cloud/experiment_track/smooth-algorithms.html, which people
 * compare with. Cells without a value stay as they are and do not weigh.
 *
 * @param weight 0 (as logged) to below 1
 */
function averaged(x: ArrayLike<number>, y: ArrayLike<Cell>, weight: number): Cell[] {
  const base = Math.min(Math.sqrt(Math.max(weight, 0)), 0.999);
  const range = x.length ? (x[x.length - 1] as number) - (x[0] as number) : 0;
  const unit = range > 0 ? SPAN / range : 0;
  const out: Cell[] = Array.from({ length: y.length });
  let sum = 0;
  let norm = 0;
  let before = NaN;
  let gap = NaN;
  let factor = 1;
  for (let i = 0; i < y.length; i++) {
    const value = y[i];
    if (value === null || value === undefined) {
      out[i] = value;
      continue;
    }
    const at = x[i] as number;
    if (norm > 0 && at - before !== gap) {
      gap = at - before;
      factor = unit > 0 ? base ** (gap * unit) : 0;
    }
    before = at;
    sum = (norm > 0 ? sum * factor : 0) + value;
    norm = norm * factor + 1;
    out[i] = sum / norm;
  }
  return out;
}
