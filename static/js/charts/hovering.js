// The pointer over one card: the hover table, its pinning, the line that all cards share, and walking along by keys.
import { nearest } from "../lib/series.js";
import { page } from "./page.js";
import { hideTip, nearestRow, rowsAt, showTip } from "./tip.js";

/** @typedef {import("../lib/series.js").Line} Line */
/** @typedef {import("./figure.js").Figure} Figure */
/**
 * @typedef {object} Host
 * @property {EventTarget} card
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLElement} line Element of the vertical line.
 * @property {() => Figure | null} figure
 * @property {() => Line[]} lines
 * @property {(line: Line) => string} color
 */

export class Hovering {
  #host;
  #pinned = false;

  /** @param {Host} host */
  constructor(host) {
    this.#host = host;
  }

  get isOver() {
    return page.hovered !== null;
  }

  /** @param {{x: number, y: number}} place In pixels of the canvas. */
  over(place) {
    if (!this.#pinned) this.#show(place);
  }

  out() {
    if (!this.#pinned) this.letGo();
  }

  letGo() {
    this.#pinned = false;
    page.hover(null, this.#host.card);
    page.highlight(null);
    hideTip();
  }

  /** @param {{x: number, y: number}} place A click pins the table there, the next one lets it go. */
  press(place) {
    if (this.#pinned) return this.letGo();
    this.#show(place);
    this.#pinned = this.isOver;
  }

  togglePin() {
    this.#pinned = this.isOver && !this.#pinned;
  }

  /** @param {number} by Points along the longest line. */
  walk(by) {
    const figure = this.#host.figure();
    const area = figure?.area;
    if (!figure || !area) return;
    const x = page.hovered ? this.along(page.hovered.x, by) : figure.value("x", (area.left + area.right) / 2);
    const pixel = Math.max(area.left, Math.min(area.right, figure.pixel("x", x)));
    this.#show({ x: pixel, y: (area.top + area.bottom) / 2 });
  }

  /** @param {number} x @param {number} by @returns {number} The x of the point so many further on the longest line. */
  along(x, by) {
    const lines = this.#host.lines();
    const line = lines.reduce((best, other) => (other.xs.length > best.xs.length ? other : best), lines[0]);
    if (!line) return x;
    return line.xs[Math.max(0, Math.min(line.xs.length - 1, nearest(line, x) + by))];
  }

  /** Puts the line where the page's hovered x is, whichever card it is on. */
  drawLine() {
    const { line, canvas } = this.#host;
    const figure = this.#host.figure();
    const area = figure?.area;
    const at = page.hovered && figure ? figure.pixel("x", page.hovered.x) : Number.NaN;
    line.hidden = !area || !(at >= area.left && at <= area.right);
    if (line.hidden || !area) return;
    line.style.left = `${canvas.offsetLeft + at}px`;
    line.style.top = `${canvas.offsetTop + area.top}px`;
    line.style.height = `${area.bottom - area.top}px`;
  }

  /** @param {{x: number, y: number}} place */
  #show(place) {
    const { card, canvas, color } = this.#host;
    const figure = this.#host.figure();
    const area = figure?.area;
    const lines = this.#host.lines();
    if (!figure || !area || !lines.length || place.x < area.left || place.x > area.right) return this.letGo();
    const rows = rowsAt(lines, figure.value("x", place.x), (value) => figure.pixel("y", value), place.y);
    const near = nearestRow(rows);
    page.hover(near ? near.line.xs[near.at] : null, card);
    page.highlight(near ? near.line.series.id : null);
    const bounds = canvas.getBoundingClientRect();
    showTip(rows, page.view.axis, color, { x: bounds.left + place.x, y: bounds.top + place.y });
  }
}
