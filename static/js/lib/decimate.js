// Fewer points with the same picture: each bucket keeps its first, least, greatest and last point.

/**
 * @param {ArrayLike<number>} xs Rising.
 * @param {ArrayLike<number>} ys NaN is a gap and is kept.
 * @param {number} buckets About the pixels of the chart.
 * @returns {number[]} The places to keep, rising; all of them if there are few.
 */
export function minMax(xs, ys, buckets) {
  const length = xs.length;
  if (length <= buckets * 4) return Array.from({ length }, (_, at) => at);
  const first = xs[0];
  const width = (xs[length - 1] - first) / buckets || 1;
  const kept = [];
  let at = 0;
  while (at < length) {
    const bucket = Math.floor((xs[at] - first) / width);
    const start = at;
    let low = -1;
    let high = -1;
    let gap = -1;
    for (; at < length && Math.floor((xs[at] - first) / width) === bucket; at++) {
      if (Number.isNaN(ys[at])) gap = at;
      else {
        if (low < 0 || ys[at] < ys[low]) low = at;
        if (high < 0 || ys[at] > ys[high]) high = at;
      }
    }
    const places = [start, low, high, gap, at - 1].filter((place) => place >= 0).sort((a, b) => a - b);
    kept.push(...places.filter((place, k) => place !== places[k - 1]));
  }
  return kept;
}
