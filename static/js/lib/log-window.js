// The part of a log that is in the page: whole lines between two offsets, in pieces, so that the log may be of any length.

/**
 * @typedef {object} Line
 * @property {number} at Offset of its first byte.
 * @property {number} time Milliseconds since 1970, NaN where the line carries none.
 * @property {string} text Without time and end.
 *
 * @typedef {object} Piece
 * @property {number} start
 * @property {number} end Offset of the first byte behind it.
 * @property {Line[]} lines
 */

const NEWLINE = 10;
const RETURN = 13;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) /;
const STAMP_LENGTH = 25;
// A progress bar is one line that grows for hours: of what it wrote over nothing has to be kept.
const LONG = 32 * 1024;
// A piece that is smaller grows by what comes; else a live log would be nothing but small pieces.
const SMALL = 64 * 1024;
const ERROR = /(^|[\s[:|(])(ERROR|CRITICAL|FATAL)\b|^Traceback \(most recent|^error: |^[\w.]*(Error|Exception)(: |$)/;
const WARNING = /(^|[\s[:|(])WARN(ING)?\b|(^|\s)[\w.]*Warning: /;
const decoder = new TextDecoder();

/** @param {string} text As it is seen. @returns {"error" | "warn" | "note" | ""} */
export function levelOf(text) {
  if (text.startsWith("=== ") && text.endsWith(" ===")) return "note";
  if (ERROR.test(text)) return "error";
  return WARNING.test(text) ? "warn" : "";
}

/** @param {Uint8Array} bytes Of one line. @param {number} at @returns {Line} */
export function lineOf(bytes, at) {
  const text = decoder.decode(bytes);
  const stamp = STAMP.exec(text);
  return stamp ? { at, time: Date.parse(stamp[1]), text: text.slice(stamp[0].length) } : { at, time: Number.NaN, text };
}

export class LogWindow {
  /** Number of the first line, from 1; null while nobody counted. @type {number | null} */
  first = 1;
  /** @type {Piece[]} */
  pieces = [];
  /** The line at the end that has no end yet. @type {{at: number, bytes: Uint8Array}} */
  #open = { at: 0, bytes: new Uint8Array() };
  #end = 0;
  #most;

  /** @param {number} [most] Pieces that are kept. */
  constructor(most = 6) {
    this.#most = most;
  }

  /** @returns {number} Offset of the first byte that is here. */
  get start() {
    return this.pieces[0]?.start ?? this.#open.at;
  }

  /** @returns {number} Offset of the first byte behind what is here. */
  get end() {
    return this.#end;
  }

  /** @returns {Line | null} The line at the end that is still being written. */
  get open() {
    return this.#open.bytes.length ? lineOf(this.#open.bytes, this.#open.at) : null;
  }

  /** @returns {number} Lines that are here. */
  get count() {
    return this.pieces.reduce((sum, piece) => sum + piece.lines.length, 0) + (this.#open.bytes.length ? 1 : 0);
  }

  /** @param {number} offset @returns {boolean} */
  has(offset) {
    return offset >= this.start && offset < this.#end;
  }

  /** @param {number} offset @returns {number} Lines here that begin before it. */
  linesBefore(offset) {
    const whole = this.pieces.reduce((sum, piece) => sum + piece.lines.filter(({ at }) => at < offset).length, 0);
    return whole + (this.#open.bytes.length && this.#open.at < offset ? 1 : 0);
  }

  /**
   * Begins anew somewhere. A line that is cut by `start` is left out.
   * @param {Uint8Array} bytes
   * @param {number} start
   */
  reset(bytes, start) {
    const skipped = start === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    this.pieces = [];
    this.first = start + skipped === 0 ? 1 : null;
    this.#open = { at: start + skipped, bytes: new Uint8Array() };
    this.#end = start + skipped;
    this.append(bytes.subarray(skipped));
  }

  /**
   * Adds what follows `end`, to the last piece while that is small; the oldest piece goes if there are too many.
   * @param {Uint8Array} bytes
   * @returns {{added: Line[], dropped: Piece | null}} Lines that now have their end.
   */
  append(bytes) {
    const { at } = this.#open;
    const whole = joined(this.#open.bytes, bytes);
    const lost = this.#end - at - this.#open.bytes.length; // what a progress bar wrote over
    this.#end += bytes.length;
    const last = whole.lastIndexOf(NEWLINE) + 1;
    /** @type {Line[]} */
    const added = [];
    if (last) {
      added.push(...linesOf(whole.subarray(0, last), at));
      for (const line of added.slice(1)) line.at += lost;
      const end = at + lost + last;
      const piece = this.pieces.at(-1);
      if (piece && piece.end === at && piece.end - piece.start < SMALL) {
        piece.lines.push(...added);
        piece.end = end;
      } else this.pieces.push({ start: at, end, lines: added.slice() });
    }
    this.#open = { at: last ? at + lost + last : at, bytes: shortened(whole.subarray(last)) };
    return { added, dropped: this.pieces.length > this.#most ? this.#drop("first") : null };
  }

  /**
   * Adds what lies directly before `start`; the newest piece goes if there are too many.
   * @param {Uint8Array} bytes
   * @param {number} start Of the bytes.
   * @returns {{added: Piece | null, dropped: Piece | null}}
   */
  prepend(bytes, start) {
    const skipped = start === 0 ? 0 : bytes.indexOf(NEWLINE, 0) + 1;
    // Without any end of a line in it the piece is the middle of one: it is cut, rather than never shown.
    const begin = skipped < bytes.length ? skipped : 0;
    const lines = linesOf(bytes.subarray(begin), start + begin);
    if (!lines.length) return { added: null, dropped: null };
    const added = { start: start + begin, end: start + bytes.length, lines };
    this.pieces.unshift(added);
    if (this.first !== null) this.first -= lines.length;
    if (added.start === 0) this.first = 1;
    return { added, dropped: this.pieces.length > this.#most ? this.#drop("last") : null };
  }

  /** @param {"first" | "last"} which */
  #drop(which) {
    if (which === "first") {
      const piece = /** @type {Piece} */ (this.pieces.shift());
      if (this.first !== null) this.first += piece.lines.length;
      return piece;
    }
    const piece = /** @type {Piece} */ (this.pieces.pop());
    this.#end = piece.start;
    this.#open = { at: piece.start, bytes: new Uint8Array() };
    return piece;
  }
}

/** @param {Uint8Array} bytes Ends with the end of a line, or is cut. @param {number} at @returns {Line[]} */
function linesOf(bytes, at) {
  /** @type {Line[]} */
  const lines = [];
  let from = 0;
  while (from < bytes.length) {
    const found = bytes.indexOf(NEWLINE, from);
    const to = found < 0 ? bytes.length : found;
    lines.push(lineOf(bytes.subarray(from, to), at + from));
    from = to + 1;
  }
  return lines;
}

/** @param {Uint8Array} one @param {Uint8Array} other */
function joined(one, other) {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

/** @param {Uint8Array} bytes Of a line without an end. @returns {Uint8Array} The same without what it wrote over. */
function shortened(bytes) {
  if (bytes.length < LONG) return bytes.slice();
  const kept = bytes.lastIndexOf(RETURN);
  return kept > STAMP_LENGTH ? joined(bytes.subarray(0, STAMP_LENGTH), bytes.subarray(kept)) : bytes.slice();
}

/**
 * A time of a line: since the beginning, "00:45" or "1:02:03", or the clock.
 * @param {number} time
 * @param {number} since NaN for the clock.
 */
export function timeText(time, since) {
  if (Number.isNaN(time)) return "";
  if (Number.isNaN(since)) return new Date(time).toLocaleTimeString("en-GB");
  const seconds = Math.max(0, Math.floor((time - since) / 1000));
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/**
 * A text cut where it holds the words, in any case.
 * @param {string} text
 * @param {string} words
 * @returns {{text: string, isHit: boolean}[]}
 */
export function cutAt(text, words) {
  if (!words) return [{ text, isHit: false }];
  const wanted = words.toLowerCase();
  const lower = text.toLowerCase();
  const cuts = [];
  let from = 0;
  for (let found = lower.indexOf(wanted); found >= 0; found = lower.indexOf(wanted, from)) {
    if (found > from) cuts.push({ text: text.slice(from, found), isHit: false });
    cuts.push({ text: text.slice(found, found + words.length), isHit: true });
    from = found + words.length;
  }
  if (from < text.length) cuts.push({ text: text.slice(from), isHit: false });
  return cuts;
}
