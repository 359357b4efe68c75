// Axes over any param or metric: each has a scale of its own that puts a value between 0 and 1, a direction and a brush.
import { number } from "./format.js";
import { linearTicks, logTicks, niceSpan } from "./ticks.js";

/** @typedef {"list" | "linear" | "log" | "quantile"} Kind */
/** @typedef {string | number | undefined} Value */
/** @typedef {{at: number, label: string}} Mark A place from 0 to 1 and its words. */
/** @typedef {{to: (value: Value) => number | null, marks: Mark[]}} Scale `to` is null for what has no place. */
/**
 * @typedef {object} Axis
 * @property {string} id Of a column: `params.lr`.
 * @property {Kind} kind
 * @property {boolean} flipped
 * @property {[number, number] | null} brush From 0 to 1, as it is drawn.
 */

const FEW = 6;
const WIDE = { param: 10, metric: 50 }; // the greatest over the least from which a logarithm shows more
const MARKS = 6;
const MOST_MARKS = 12;

/** @param {Value} value @returns {number} NaN for what is no number. */
export function numberOf(value) {
  if (typeof value === "number") return value;
  return value === undefined || value.trim() === "" ? Number.NaN : Number(value);
}

/** @param {Value[]} values @returns {number[]} In rising order. */
function numbersOf(values) {
  return values
    .map(numberOf)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
}

/** @param {Value[]} values @returns {Kind[]} The scales that they can have; the one that fits best is first. */
export function kindsOf(values) {
  const there = values.filter((value) => value !== undefined);
  const numbers = numbersOf(there);
  // "NaN" of a metric has no place on any scale; a word among params makes them a list.
  if (!numbers.length || there.some((value) => typeof value === "string" && Number.isNaN(numberOf(value)) && value !== "NaN")) {
    return ["list"];
  }
  const [low, high] = [numbers[0], numbers[numbers.length - 1]];
  const isText = there.every((value) => typeof value === "string");
  /** @type {Kind[]} */
  const kinds = low > 0 ? ["linear", "log", "quantile", "list"] : ["linear", "quantile", "list"];
  const best =
    low > 0 && high / low >= (isText ? WIDE.param : WIDE.metric)
      ? "log"
      : isText && new Set(there).size <= FEW
        ? "list"
        : "linear";
  return [best, ...kinds.filter((kind) => kind !== best)];
}

/** @param {Kind} kind @param {Value[]} values Of all runs. @returns {Scale} */
export function scaleOf(kind, values) {
  if (kind === "list") return listScale(values);
  const numbers = numbersOf(values);
  if (!numbers.length) return { to: () => null, marks: [] };
  const [low, high] = [numbers[0], numbers[numbers.length - 1]];
  if (kind === "quantile") return quantileScale(numbers);
  if (kind === "log" && low > 0) {
    const [a, b] = low === high ? [Math.log(low / 2), Math.log(high * 2)] : [Math.log(low), Math.log(high)];
    const to = (/** @type {number} */ value) => (value > 0 ? (Math.log(value) - a) / (b - a) : Number.NaN);
    return placed(to, logTicks(Math.exp(a), Math.exp(b)));
  }
  const [a, b] = niceSpan(low, high, MARKS);
  return placed((value) => (value - a) / (b - a), linearTicks(a, b, MARKS));
}

/** @param {(value: number) => number} to @param {import("./ticks.js").Tick[]} ticks @returns {Scale} */
function placed(to, ticks) {
  const marks = ticks.map(({ value, label }) => ({ at: to(value), label })).filter(({ at }) => at > -0.001 && at < 1.001);
  return { to: (value) => finite(to(numberOf(value))), marks };
}

/** @param {number} at */
function finite(at) {
  return Number.isFinite(at) ? at : null;
}

/** @param {Value[]} values Each its own place, numbers by size and before words. @returns {Scale} */
function listScale(values) {
  const there = [...new Set(values.filter((value) => value !== undefined).map(String))];
  there.sort((a, b) => {
    const [x, y] = [numberOf(a), numberOf(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return a < b ? -1 : 1;
  });
  const place = (/** @type {number} */ at) => (there.length > 1 ? at / (there.length - 1) : 0.5);
  const places = new Map(there.map((text, at) => [text, place(at)]));
  const step = Math.ceil(there.length / MOST_MARKS);
  const marks = there.map((text, at) => ({ at: place(at), label: shortened(text) })).filter((_, at) => at % step === 0);
  return { to: (value) => (value === undefined ? null : (places.get(String(value)) ?? null)), marks };
}

/** @param {number[]} numbers @returns {Scale} Equal shares of the runs take equal room. */
function quantileScale(numbers) {
  const distinct = [...new Set(numbers)];
  const place = (/** @type {number} */ at) => (distinct.length > 1 ? at / (distinct.length - 1) : 0.5);
  const places = new Map(distinct.map((value, at) => [value, place(at)]));
  const chosen =
    distinct.length <= MARKS
      ? distinct.map((_, at) => at)
      : [0, 0.25, 0.5, 0.75, 1].map((q) => Math.round(q * (distinct.length - 1)));
  const marks = [...new Set(chosen)].map((at) => ({ at: place(at), label: number(distinct[at]) }));
  return { to: (value) => places.get(numberOf(value)) ?? null, marks };
}

/** @param {string} text */
function shortened(text) {
  return text.length > 18 ? `${text.slice(0, 17)}…` : text;
}

/** @param {Axis} axis @param {number | null} at @returns {number | null} With the direction of the axis. */
export function turned(axis, at) {
  return at === null ? null : axis.flipped ? 1 - at : at;
}

/** @param {Axis} axis @param {number | null} at As drawn. @returns {boolean} Whether the brush lets it through. */
export function inBrush({ brush }, at) {
  if (!brush) return true;
  return at !== null && at >= brush[0] - 1e-9 && at <= brush[1] + 1e-9;
}

/**
 * A brush moved by a key: a twentieth up or down, with Shift its upper end alone. Without one it begins as the middle half.
 * @param {[number, number] | null} brush @param {1 | -1} step @param {boolean} end @returns {[number, number]}
 */
export function nudged(brush, step, end) {
  if (!brush) return [0.25, 0.75];
  const by = step * 0.05;
  if (end) return [brush[0], Math.max(brush[0] + 0.02, Math.min(1, brush[1] + by))];
  const moved = Math.max(-brush[0], Math.min(1 - brush[1], by));
  return [brush[0] + moved, brush[1] + moved];
}

/** @param {string[]} ids Columns. @param {(id: string) => Value[]} values @param {number} most @returns {string[]} Those that differ between runs, params before metrics. */
export function usualAxes(ids, values, most) {
  const differ = ids.filter((id) => new Set(values(id).map(String)).size > 1);
  const params = differ.filter((id) => id.startsWith("params."));
  const metrics = differ.filter((id) => id.startsWith("metrics."));
  const room = Math.max(1, most - Math.min(3, metrics.length));
  return [...params.slice(0, room), ...metrics.slice(0, most - Math.min(room, params.length))];
}

/** @param {Axis[]} axes @returns {string} For the address: id, `~` and the scale, `-` before what is flipped, `@` and the brush. */
export function writeAxes(axes) {
  return axes
    .map(
      ({ id, kind, flipped, brush }) =>
        `${flipped ? "-" : ""}${id}~${kind}${brush ? `@${brush.map((end) => end.toFixed(3)).join("_")}` : ""}`,
    )
    .join(",");
}

/** @param {string} text @returns {Axis[]} What cannot be read is passed over. */
export function readAxes(text) {
  return text.split(",").flatMap((part) => {
    const match = part.match(/^(-?)(.+)~(list|linear|log|quantile)(?:@([\d.]+)_([\d.]+))?$/);
    if (!match) return [];
    const [, flip, id, kind, from, to] = match;
    const brush = /** @type {[number, number] | null} */ (from === undefined ? null : [Number(from), Number(to)]);
    return [{ id, kind: /** @type {Kind} */ (kind), flipped: flip === "-", brush }];
  });
}
