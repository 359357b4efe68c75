// Numbers, times and sizes as people read them. apps/web/formats.py is the same on the server; one table tests both.

const MINUS = "−";
const SIZES = ["B", "kB", "MB", "GB", "TB", "PB"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * A metric: "0.9659", "3e−4" under 0.001, fewer decimals from 1,000 on. null reads as an en dash.
 * @param {number | null | undefined} value
 * @param {number} [decimals]
 * @returns {string}
 */
export function number(value, decimals = 4) {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e9)) return signs(scientific(value));
  const places = size >= 1000 ? (size < 1e5 ? Math.min(decimals, 2) : 0) : decimals;
  return signs(thousands(value.toFixed(places)));
}

/** @param {number} value @returns {string} A whole number with thousands: "24,000". */
export function count(value) {
  return signs(thousands(value.toFixed(0)));
}

/** @param {number} value 1 is 100 %. @param {number} [decimals] @returns {string} */
export function percent(value, decimals = 1) {
  return signs(`${thousands((value * 100).toFixed(decimals))} %`);
}

/** @param {number} value @param {number} [decimals] @returns {string} A difference with its sign always written. */
export function signed(value, decimals = 4) {
  const text = number(value, decimals);
  return value > 0 ? `+${text}` : text;
}

/**
 * A length of time in its two largest units: "410 ms", "2.4 s", "38 s", "53 min", "1 h 28", "2 d 5 h".
 * @param {number | null | undefined} seconds
 * @returns {string}
 */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 0) return MINUS + duration(-seconds);
  if (seconds < 0.9995) return `${(seconds * 1000).toFixed(0)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${seconds.toFixed(0)} s`;
  const minutes = Number((seconds / 60).toFixed(0));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

/** @param {number | null | undefined} value @returns {string} Bytes in decimal units: "312 B", "2.1 MB". */
export function bytes(value) {
  if (value === null || value === undefined) return "–";
  let amount = value;
  let unit = 0;
  while (amount >= 999.5 && unit < SIZES.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${amount.toFixed(unit && amount < 9.95 ? 1 : 0).replace(/\.0$/, "")} ${SIZES[unit]}`;
}

/** @param {Date} then @param {Date} now @returns {string} "now", "3 h ago", "in 6 d"; the day from 30 days on. */
export function ago(then, now) {
  const seconds = (now.getTime() - then.getTime()) / 1000;
  if (Math.abs(seconds) >= 30 * 86400) return `${then.getUTCDate()} ${MONTHS[then.getUTCMonth()]} ${then.getUTCFullYear()}`;
  if (Math.abs(seconds) < 5) return "now";
  const text = largestUnit(Math.abs(seconds));
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** @param {Date} moment @returns {string} To the second in the time zone of this browser: "22 Nov 2026, 17:42:03". */
export function exact(moment) {
  return `${moment.getDate()} ${MONTHS[moment.getMonth()]} ${moment.getFullYear()}, ${clock(moment)}`;
}

/** @param {Date} moment @returns {string} "17:42:03", in the time zone of this browser. */
export function clock(moment) {
  return [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** @param {number} value @returns {string} For axes: "24k", "3.1M". */
export function short(value) {
  const size = Math.abs(value);
  if (size >= 1e15) return signs(scientific(value));
  for (const [limit, unit] of /** @type {[number, string][]} */ ([
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ])) {
    if (size >= limit) return signs(`${Number((value / limit).toFixed(2))}${unit}`);
  }
  return signs(String(value));
}

/** @param {number} seconds */
function largestUnit(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** @param {string} digits */
function thousands(digits) {
  const [whole, part] = digits.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** @param {number} value Up to three digits and the exponent, without zeros at the end. */
function scientific(value) {
  const [digits, exponent] = value.toExponential(2).split("e");
  const short = digits.replace(/\.?0+$/, "");
  return `${short}e${Number(exponent)}`;
}

/** @param {string} text Real minus signs; a small negative that rounds to nothing is nothing. */
function signs(text) {
  const real = text.replaceAll("-", MINUS);
  return real.startsWith(MINUS) && !/[1-9∞]/.test(real) ? real.slice(1) : real;
}
