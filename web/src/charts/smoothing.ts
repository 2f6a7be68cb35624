/** A value to draw: null breaks the line (nothing finite was logged), undefined is passed over. */
export type Cell = number | null | undefined;

/** The x range counts as this many units, so one setting looks the same at 100 and 1 M steps. */
const SPAN = 1000;

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
export function smooth(x: ArrayLike<number>, y: ArrayLike<Cell>, weight: number): Cell[] {
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
