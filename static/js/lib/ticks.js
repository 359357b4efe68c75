// Where an axis has its marks and how they read: five to seven at round values.
import { clock, number, short } from "./format.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [1, 2, 5, 10, 15, 30]
  .flatMap((n) => [n, n * MINUTE])
  .concat(
    [1, 2, 3, 6, 12].map((n) => n * HOUR),
    [1, 2, 7, 14, 30, 90, 365].map((n) => n * DAY),
  )
  .sort((a, b) => a - b);

/** @typedef {{value: number, label: string}} Tick */

/** @param {number} span @param {number} wanted @returns {number} The round step that comes nearest to so many marks. */
export function niceStep(span, wanted) {
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const far = (/** @type {number} */ digit) => Math.abs(span / (digit * power) - wanted);
  return [1, 2, 5, 10].reduce((best, digit) => (far(digit) < far(best) ? digit : best)) * power;
}

/**
 * Marks at round values inside of a span.
 * @param {number} min
 * @param {number} max
 * @param {number} [wanted]
 * @returns {Tick[]}
 */
export function linearTicks(min, max, wanted = 6) {
  if (!(max > min)) return [{ value: min, label: label(min, 0) }];
  const step = niceStep(max - min, wanted);
  return multiples(min, max, step).map((value) => ({ value, label: label(value, step) }));
}

/**
 * The span widened to whole steps, so that the axis ends at a mark.
 * @param {number} min
 * @param {number} max
 * @param {number} [wanted]
 * @returns {[number, number]}
 */
export function niceSpan(min, max, wanted = 6) {
  if (!(max > min)) {
    const half = Math.abs(min) * 0.1 || 0.5;
    return [min - half, min + half];
  }
  const step = niceStep(max - min, wanted);
  return [round(Math.floor(min / step + 1e-9) * step, step), round(Math.ceil(max / step - 1e-9) * step, step)];
}

/** @param {number} min Above 0. @param {number} max @returns {Tick[]} Powers of ten, with digits between them where there is room. */
export function logTicks(min, max) {
  const [from, to] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  const every = Math.max(1, Math.ceil((to - from) / 6));
  const powers = Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, at) => 10 ** (from + at * every));
  for (const digits of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const values = powers.flatMap((power) => digits.map((digit) => Number((digit * power).toPrecision(3))));
    const inside = values.filter((value) => value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9));
    if (inside.length >= 4) return inside.map((value) => ({ value, label: powerLabel(value) }));
  }
  return linearTicks(min, max, 4);
}

/** @param {number} min Seconds. @param {number} max @param {number} [wanted] @returns {Tick[]} */
export function durationTicks(min, max, wanted = 6) {
  const span = max - min;
  if (!(span > 0) || span < wanted)
    return linearTicks(min, max, wanted).map(({ value, label: text }) => ({ value, label: `${text} s` }));
  const step = TIME_STEPS.find((candidate) => span / candidate <= wanted + 1) ?? niceStep(span / DAY, wanted) * DAY;
  return multiples(min, max, step).map((value) => ({ value, label: spanLabel(value, step) }));
}

/** @param {number} min Milliseconds since 1970. @param {number} max @param {number} [wanted] @returns {Tick[]} In local time. */
export function timeTicks(min, max, wanted = 6) {
  const span = (max - min) / 1000;
  if (!(span > 0)) return [{ value: min, label: clock(new Date(min)) }];
  const step = TIME_STEPS.find((candidate) => span / candidate <= wanted + 1) ?? niceStep(span / DAY, wanted) * DAY;
  const zone = new Date(min).getTimezoneOffset() * MINUTE;
  return multiples(min / 1000 - zone, max / 1000 - zone, Math.max(step, 1)).map((value) => {
    const moment = new Date((value + zone) * 1000);
    return { value: moment.getTime(), label: momentLabel(moment, step) };
  });
}

/** @param {number} min @param {number} max @param {number} step */
function multiples(min, max, step) {
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => round((first + at) * step, step));
}

/** @param {number} value @param {number} step Takes away what binary fractions add: 0.30000000000000004. */
function round(value, step) {
  const places = Math.min(20, Math.max(0, 2 - Math.floor(Math.log10(step))));
  return Number(value.toFixed(places)) || 0;
}

/** @param {number} value @param {number} step */
function label(value, step) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000 && step >= 1) return short(value);
  if (step > 0 && step < 1e-4) return number(value);
  const places = step > 0 ? Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) : 4;
  return number(value, places).replace(/^([^.e]*)\.0+$/, places ? "$&" : "$1");
}

/** @param {number} value */
function powerLabel(value) {
  return value < 1e-3 ? number(value) : short(value);
}

/** @param {number} seconds @param {number} step */
function spanLabel(seconds, step) {
  if (seconds === 0) return "0";
  const sign = seconds < 0 ? "−" : "";
  const size = Math.abs(seconds);
  if (step < MINUTE) {
    const rest = String(Math.round(size % MINUTE)).padStart(2, "0");
    return size < MINUTE ? `${sign}${size} s` : `${sign}${Math.floor(size / MINUTE)}:${rest}`;
  }
  if (step < HOUR && size < 2 * HOUR) return `${sign}${size / MINUTE} min`;
  if (step < HOUR) return `${sign}${Math.floor(size / HOUR)} h ${String((size % HOUR) / MINUTE).padStart(2, "0")}`;
  if (step < DAY && size < 2 * DAY) return `${sign}${size / HOUR} h`;
  if (step < DAY) return `${sign}${Math.floor(size / DAY)} d ${(size % DAY) / HOUR} h`;
  return `${sign}${size / DAY} d`;
}

/** @param {Date} moment @param {number} step Seconds. */
function momentLabel(moment, step) {
  const midnight = moment.getHours() === 0 && moment.getMinutes() === 0 && moment.getSeconds() === 0;
  if (step >= DAY || midnight) return `${moment.getDate()} ${MONTHS[moment.getMonth()]}`;
  return step < MINUTE ? clock(moment) : clock(moment).slice(0, 5);
}
