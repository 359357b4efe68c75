// What the server sends about a metric, as lines for a chart.
import { minMax } from "./decimate.js";
import { smooth } from "./smooth.js";

/** @typedef {"step" | "relative" | "wall"} AxisKind */
/** @typedef {number | "NaN" | "Infinity" | "-Infinity"} WireValue */
/**
 * @typedef {object} WireSeries
 * @property {string} run_id
 * @property {string} name
 * @property {[number, WireValue, number][]} points Step, value, milliseconds since 1970.
 * @property {number} count Points behind the picture.
 * @property {number} shown Points sent.
 * @property {number[]} [nan_steps]
 * @property {boolean} [running]
 * @property {number} [start_time] Milliseconds; relative time counts from it.
 * @property {boolean} [ghost] A baseline: grey and dashed, never smoothed.
 * @property {string} [color] CSS colour that the person chose.
 */
/**
 * @typedef {object} Series
 * @property {string} id
 * @property {string} name
 * @property {Float64Array} steps
 * @property {Float64Array} values
 * @property {Float64Array} times
 * @property {number} count
 * @property {number} shown
 * @property {number[]} nanSteps
 * @property {boolean} running
 * @property {number} start
 * @property {boolean} ghost
 * @property {string | null} color
 */
/**
 * @typedef {object} Line
 * @property {Series} series
 * @property {Float64Array} xs
 * @property {ArrayLike<number>} raw
 * @property {ArrayLike<number>} fine Smoothed values; `raw` itself without smoothing.
 * @property {[number, number][]} pieces From and to (not included): x never runs backwards within one.
 */

/** @param {WireSeries} wire @returns {Series} */
export function parse(wire) {
  const { length } = wire.points;
  const [steps, values, times] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
  wire.points.forEach(([step, value, time], at) => {
    steps[at] = step;
    values[at] = Number(value);
    times[at] = time;
  });
  return {
    id: wire.run_id,
    name: wire.name,
    steps,
    values,
    times,
    count: wire.count ?? length,
    shown: wire.shown ?? length,
    nanSteps: wire.nan_steps ?? [],
    running: wire.running ?? false,
    start: wire.start_time ?? times[0] ?? 0,
    ghost: wire.ghost ?? false,
    color: wire.color ?? null,
  };
}

/** @param {Series} series @param {AxisKind} axis @returns {Float64Array} Steps, seconds since the start, or milliseconds. */
export function xsOf(series, axis) {
  if (axis === "step") return series.steps;
  if (axis === "wall") return series.times;
  return series.times.map((time) => (time - series.start) / 1000);
}

/**
 * @param {Series} series
 * @param {AxisKind} axis
 * @param {number} weight
 * @returns {Line}
 */
export function toLine(series, axis, weight) {
  const xs = xsOf(series, axis);
  const fine = weight > 0 && !series.ghost ? smooth(series.values, weight) : series.values;
  return { series, xs, raw: series.values, fine, pieces: pieces(xs) };
}

/** @param {ArrayLike<number>} xs @returns {[number, number][]} A run that was restarted draws one line for each time. */
function pieces(xs) {
  /** @type {[number, number][]} */
  const found = [];
  let from = 0;
  for (let at = 1; at <= xs.length; at++) {
    if (at === xs.length || xs[at] < xs[at - 1]) {
      found.push([from, at]);
      from = at;
    }
  }
  return found;
}

/**
 * Points of one piece for the canvas; more than the pixels need are thinned, extremes kept. Values that are not finite break
 * the line.
 * @param {Line} line
 * @param {[number, number]} piece
 * @param {ArrayLike<number>} ys `line.raw` or `line.fine`.
 * @param {number} pixels
 * @returns {{x: number, y: number}[]}
 */
export function pointsOf(line, [from, to], ys, pixels) {
  const xs = line.xs.subarray(from, to);
  const part = Array.from({ length: to - from }, (_, at) => (Number.isFinite(ys[from + at]) ? ys[from + at] : Number.NaN));
  return minMax(xs, part, pixels).map((at) => ({ x: xs[at], y: part[at] }));
}

/**
 * @param {{y: number}[]} points Of one piece.
 * @returns {boolean[]} Which have no neighbour that a line could lead to: a run's only point, one between two that are no numbers.
 */
export function alone(points) {
  const there = (/** @type {number} */ at) => Number.isFinite(points[at]?.y);
  return points.map((_, at) => there(at) && !there(at - 1) && !there(at + 1));
}

/** @param {Line} line @param {number} x @returns {number} Place of the point nearest to x, of all pieces; -1 for none. */
export function nearest(line, x) {
  let best = -1;
  for (const [from, to] of line.pieces) {
    const at = nearestIn(line.xs, from, to, x);
    if (best < 0 || Math.abs(line.xs[at] - x) <= Math.abs(line.xs[best] - x)) best = at;
  }
  return best;
}

/** @param {ArrayLike<number>} xs @param {number} from @param {number} to @param {number} x */
function nearestIn(xs, from, to, x) {
  let [low, high] = [from, to - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  return Math.abs(xs[high] - x) < Math.abs(xs[low] - x) ? high : low;
}

/** @param {Line} line @returns {number[]} Where on the axis a value was no number: told by the server, or among the points. */
export function gapsOf(line) {
  const { series, xs } = line;
  const told = series.nanSteps.map((step) => xAtStep(series, xs, step));
  const seen = Array.from(xs).filter((_, at) => Number.isNaN(series.values[at]));
  return [...new Set([...told, ...seen])].filter(Number.isFinite).sort((a, b) => a - b);
}

/** @param {Series} series @param {ArrayLike<number>} xs @param {number} step @returns {number} NaN where the time of a step is not known. */
export function xAtStep(series, xs, step) {
  const { steps } = series;
  if (xs !== steps && (step < steps[0] || step > steps[steps.length - 1])) return Number.NaN;
  return between(steps, xs, step);
}

/** @param {Series} series @param {ArrayLike<number>} xs @param {number} x @returns {number} The step that was current at x. */
export function stepAtX(series, xs, x) {
  return between(xs, series.steps, x);
}

/** @param {ArrayLike<number>} from Rising. @param {ArrayLike<number>} to @param {number} value Linear between neighbours. */
function between(from, to, value) {
  const last = from.length - 1;
  if (last < 0) return Number.NaN;
  if (value <= from[0]) return from === to ? value : to[0];
  if (value >= from[last]) return from === to ? value : to[last];
  let at = nearestIn(from, 0, last + 1, value);
  if (from[at] > value) at -= 1;
  const gap = from[at + 1] - from[at];
  return gap > 0 ? to[at] + ((to[at + 1] - to[at]) * (value - from[at])) / gap : to[at];
}
