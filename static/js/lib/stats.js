// Statistics of a series, and the part of it that a chart shows.

/**
 * @typedef {object} RangeStats
 * @property {number} count Finite values inside.
 * @property {number} start
 * @property {number} end
 * @property {number} min
 * @property {number} max
 * @property {number} mean
 * @property {number} change end - start.
 * @property {number} percent change in percent of start's size; NaN if start is 0.
 * @property {number} atMin x of the first minimum.
 * @property {number} atMax x of the first maximum.
 */

/**
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 * @param {[number, number] | null} [range] Both ends count; null is everything.
 * @returns {RangeStats | null} null when no finite value lies inside.
 */
export function rangeStats(xs, ys, range = null) {
  let stats = null;
  let sum = 0;
  for (let at = 0; at < xs.length; at++) {
    const x = xs[at];
    const y = ys[at];
    if (!Number.isFinite(y) || (range && (x < range[0] || x > range[1]))) continue;
    stats ??= { count: 0, start: y, end: y, min: y, max: y, mean: 0, change: 0, percent: 0, atMin: x, atMax: x };
    if (y < stats.min) [stats.min, stats.atMin] = [y, x];
    if (y > stats.max) [stats.max, stats.atMax] = [y, x];
    stats.end = y;
    stats.count += 1;
    sum += y;
  }
  if (!stats) return null;
  stats.mean = sum / stats.count;
  stats.change = stats.end - stats.start;
  stats.percent = stats.start === 0 ? Number.NaN : (stats.change / Math.abs(stats.start)) * 100;
  return stats;
}

/**
 * The quantile of sorted values, linear between neighbours.
 * @param {ArrayLike<number>} sorted
 * @param {number} share 0 to 1.
 * @returns {number} NaN for no values.
 */
export function quantile(sorted, share) {
  if (!sorted.length) return Number.NaN;
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/**
 * The span of values that a chart shows: all finite ones, or from the 5th to the 95th percentile.
 * @param {number[]} values
 * @param {{clip: boolean, positive?: boolean}} how `positive` leaves out what a log axis cannot show.
 * @returns {[number, number] | null} null when nothing can be shown.
 */
export function extent(values, { clip, positive = false }) {
  const usable = values.filter((value) => Number.isFinite(value) && (!positive || value > 0));
  if (!usable.length) return null;
  const sorted = Float64Array.from(usable).sort();
  const all = /** @type {[number, number]} */ ([sorted[0], sorted[sorted.length - 1]]);
  if (!clip || sorted.length < 5) return all;
  const middle = /** @type {[number, number]} */ ([quantile(sorted, 0.05), quantile(sorted, 0.95)]);
  return middle[1] > middle[0] ? middle : all;
}
