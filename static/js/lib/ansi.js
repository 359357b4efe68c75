// Colours of terminals as classes: what a program printed becomes parts of text, never markup.

/**
 * @typedef {object} Pen What the codes so far have chosen. Colours are names of COLORS, "" for the usual one.
 * @property {string} color
 * @property {string} back
 * @property {boolean} bold
 * @property {boolean} dim
 * @property {boolean} italic
 * @property {boolean} underline
 * @property {boolean} inverse
 */

const COLORS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// Colours (SGR), other control sequences, window titles and links (OSC), character sets, single escapes, the beginning of a line, control characters.
const CODES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals speak in them
  /\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[()*+].|\x1b[@-Z\\-_]?|(\r)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** @returns {Pen} A pen that has chosen nothing. */
export function plainPen() {
  return { color: "", back: "", bold: false, dim: false, italic: false, underline: false, inverse: false };
}

/**
 * One line as it would look in a terminal: what a carriage return wrote over is gone (progress bars), colours are classes.
 * @param {string} line Without its end.
 * @param {Pen} [pen] What the lines before have chosen; it is changed.
 * @returns {{text: string, classes: string}[]} Parts in order; neighbours differ in classes.
 */
export function partsOf(line, pen = plainPen()) {
  /** @type {{text: string, classes: string}[]} */
  let parts = [];
  let overwrites = false;
  let at = 0;
  /** @param {number} end */
  const add = (end) => {
    if (end <= at) return;
    if (overwrites) parts = [];
    overwrites = false;
    const text = line.slice(at, end);
    const classes = classesOf(pen);
    const last = parts.at(-1);
    if (last?.classes === classes) last.text += text;
    else parts.push({ text, classes });
  };
  for (const match of line.matchAll(CODES)) {
    add(match.index);
    at = match.index + match[0].length;
    if (match[1] !== undefined) choose(pen, match[1]);
    if (match[2] !== undefined) overwrites = true;
  }
  add(line.length);
  return parts;
}

/** @param {string} line @returns {string} The text alone, as it is seen. */
export function textOf(line) {
  return partsOf(line)
    .map(({ text }) => text)
    .join("");
}

/** @param {Pen} pen @returns {string} */
function classesOf(pen) {
  const swapped = pen.inverse && !pen.back;
  // On a coloured ground the ink is the usual one: only that is readable on all of them in both themes.
  const color = pen.back || swapped ? "" : pen.color;
  const back = pen.back || (swapped ? pen.color || "white" : "");
  return [
    color && color !== "black" && color !== "white" ? `a-${color}` : "",
    color === "black" ? "a-dim" : "",
    back ? `a-on-${back}` : "",
    pen.bold ? "a-bold" : "",
    pen.dim && !color && !back ? "a-dim" : "",
    pen.italic ? "a-italic" : "",
    pen.underline ? "a-underline" : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** @param {Pen} pen @param {string} codes As they stand between `[` and `m`. */
function choose(pen, codes) {
  const numbers = codes.split(/[;:]/).map(Number);
  while (numbers.length) {
    const code = numbers.shift() ?? 0;
    if (code === 0) Object.assign(pen, plainPen());
    else if (code === 1) pen.bold = true;
    else if (code === 2) pen.dim = true;
    else if (code === 3) pen.italic = true;
    else if (code === 4) pen.underline = true;
    else if (code === 7) pen.inverse = true;
    else if (code === 22) pen.bold = pen.dim = false;
    else if (code === 23) pen.italic = false;
    else if (code === 24) pen.underline = false;
    else if (code === 27) pen.inverse = false;
    else if (code === 39) pen.color = "";
    else if (code === 49) pen.back = "";
    else if (code === 38) pen.color = extended(numbers);
    else if (code === 48) pen.back = extended(numbers);
    else paint(pen, code);
  }
}

/** @param {Pen} pen @param {number} code One of the 16 colours, for the ink or for the ground. */
function paint(pen, code) {
  if (code >= 30 && code <= 37) pen.color = COLORS[code - 30];
  else if (code >= 90 && code <= 97) pen.color = COLORS[code - 90];
  else if (code >= 40 && code <= 47) pen.back = COLORS[code - 40];
  else if (code >= 100 && code <= 107) pen.back = COLORS[code - 100];
}

/**
 * One of 256 or of 16 million colours as the nearest of ours: theirs would be unreadable in one of the themes.
 * @param {number[]} numbers What follows 38 or 48; what belongs to it is taken away.
 */
function extended(numbers) {
  const kind = numbers.shift();
  if (kind === 2) return nearest(numbers.splice(0, 3));
  if (kind !== 5) return "";
  const index = numbers.shift() ?? 0;
  if (index < 16) return COLORS[index % 8];
  if (index >= 232) return index < 244 ? "black" : "white";
  const cube = index - 16;
  return nearest([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((level) => level * 51));
}

/** @param {number[]} rgb 0 to 255. @returns {string} The colour of the same hue. */
function nearest([red = 0, green = 0, blue = 0]) {
  const high = Math.max(red, green, blue);
  const low = Math.min(red, green, blue);
  if (high - low < 32) return high < 128 ? "black" : "white";
  const middle = (high + low) / 2;
  const bits = (red > middle ? 1 : 0) | (green > middle ? 2 : 0) | (blue > middle ? 4 : 0);
  return COLORS[bits];
}
