// The hover table, one for the page: a row for each run, sorted by value, the nearest tinted. A click pins it.
import { fragment, safe } from "../lib/dom.js";
import { clock, count, duration, exact, number } from "../lib/format.js";
import { nearest } from "../lib/series.js";

const ROWS = 5;
const box = document.createElement("div");
box.className = "tip";
box.popover = "manual";
document.body.append(box);

/** @typedef {import("../lib/series.js").Line} Line */
/** @typedef {{line: Line, at: number, far: number}} Row */

/**
 * @param {Line[]} lines
 * @param {number} x
 * @param {(value: number) => number} toPixel Of the y axis.
 * @param {number} y Pixel of the pointer.
 * @returns {Row[]} By value, greatest first.
 */
export function rowsAt(lines, x, toPixel, y) {
  const rows = lines.map((line) => ({ line, at: nearest(line, x) })).filter(({ at }) => at >= 0);
  const value = (/** @type {{line: Line, at: number}} */ { line, at }) => line.fine[at];
  return rows
    .map((row) => ({ ...row, far: Math.abs(toPixel(value(row)) - y) }))
    .sort((a, b) => (Number.isNaN(value(b)) ? -1 : Number.isNaN(value(a)) ? 1 : value(b) - value(a)));
}

/** @param {Row[]} rows @returns {Row | null} */
export function nearestRow(rows) {
  return rows.reduce(
    (/** @type {Row | null} */ best, row) => (row.far < (best?.far ?? Number.POSITIVE_INFINITY) ? row : best),
    null,
  );
}

/** @param {number} x @param {import("../lib/series.js").AxisKind} axis @returns {string} */
export function xWords(x, axis) {
  if (axis === "step") return `step ${count(x)}`;
  return axis === "relative" ? duration(x) : exact(new Date(x));
}

/**
 * @param {Row[]} rows
 * @param {import("../lib/series.js").AxisKind} axis
 * @param {(line: Line) => string} color
 * @param {{x: number, y: number}} pointer Place in the window.
 */
export function showTip(rows, axis, color, pointer) {
  const near = nearestRow(rows);
  // The nearest run is always among those shown.
  const shown = rows.slice(0, ROWS);
  if (near && !shown.includes(near)) shown.splice(-1, 1, near);
  const x = near ? near.line.xs[near.at] : 0;
  const body = shown.map((row) => rowMarkup(row, row === near, axis, color)).join("");
  const more = rows.length > shown.length ? `<div class="tip__more">${rows.length - shown.length} more</div>` : "";
  const head = `<tr><th>${safe(xWords(x, axis))}</th><th>smoothed</th><th>value</th><th>${axis === "step" ? "relative" : "step"}</th><th>time</th></tr>`;
  box.replaceChildren(fragment(`<table><thead>${head}</thead><tbody>${body}</tbody></table>${more}`));
  if (!box.matches(":popover-open")) box.showPopover();
  box.dataset.open = "";
  place(pointer);
}

/** @param {Row} row @param {boolean} near @param {import("../lib/series.js").AxisKind} axis @param {(line: Line) => string} color */
function rowMarkup({ line, at }, near, axis, color) {
  const { series } = line;
  const swatch = series.ghost
    ? '<span class="swatch swatch--ghost"></span>'
    : `<span class="swatch" style="--c: ${safe(color(line))}"></span>`;
  const where = axis === "step" ? duration((series.times[at] - series.start) / 1000) : count(series.steps[at]);
  const cells = [number(line.fine[at]), number(line.raw[at]), where, clock(new Date(series.times[at]))];
  return `<tr${near ? " data-near" : ""}><td>${swatch} ${safe(series.name)}</td>${cells.map((text) => `<td>${text}</td>`).join("")}</tr>`;
}

/** @param {{x: number, y: number}} pointer */
function place({ x, y }) {
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = x + 14 + width + 8 > innerWidth ? x - 14 - width : x + 14;
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${Math.max(8, Math.min(y + 12, innerHeight - height - 8))}px`;
}

export function hideTip() {
  delete box.dataset.open;
  if (box.matches(":popover-open")) box.hidePopover();
}
