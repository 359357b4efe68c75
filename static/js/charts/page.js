// What all charts of a page share: smoothing, x axis, outliers, log, the selected range, the hovered place, colours of runs.
// It is kept in the address, so that a link shows what its sender saw.
import { Palette } from "../lib/color.js";

/**
 * @typedef {object} View
 * @property {number} weight Smoothing, 0 to 0.999.
 * @property {import("../lib/series.js").AxisKind} axis
 * @property {boolean} clip Whether outliers are left out of the y range.
 * @property {boolean} log Whether y axes are logarithmic; a card may say otherwise for itself.
 * @property {[number, number] | null} range Selected part of the x axis, in its units.
 */

/** @type {View} */
const DEFAULTS = { weight: 0.6, axis: "step", clip: true, log: false, range: null };
const AXES = ["step", "relative", "wall"];

/** @param {URLSearchParams} query @returns {View} */
export function readView(query) {
  const weight = Number(query.get("smooth") ?? DEFAULTS.weight);
  const axis = query.get("x") ?? "";
  const range = (query.get("range") ?? "").split("~").map(Number);
  return {
    weight: weight >= 0 && weight < 1 ? weight : DEFAULTS.weight,
    axis: AXES.includes(axis) ? /** @type {View["axis"]} */ (axis) : DEFAULTS.axis,
    clip: query.get("outliers") !== "shown",
    log: query.get("log") === "y",
    range: range.length === 2 && range[0] < range[1] ? [range[0], range[1]] : null,
  };
}

/** @param {View} view @param {URLSearchParams} query Changed in place; what is as usual is left out. */
export function writeView(view, query) {
  const parts = {
    smooth: view.weight === DEFAULTS.weight ? "" : String(view.weight),
    x: view.axis === DEFAULTS.axis ? "" : view.axis,
    outliers: view.clip ? "" : "shown",
    log: view.log ? "y" : "",
    range: view.range ? view.range.map((end) => Number(end.toPrecision(12))).join("~") : "",
  };
  for (const [name, value] of Object.entries(parts)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
}

/** Events: `change` after a setting changed, `hover` and `highlight` while the pointer is over a chart. */
class Page extends EventTarget {
  /** @type {View} */
  view = readView(new URLSearchParams(location.search));
  palette = new Palette();
  /** @type {{x: number, by: EventTarget} | null} */
  hovered = null;
  /** @type {string | null} */
  highlighted = null;
  #writing = 0;

  /** @param {Partial<View>} part */
  change(part) {
    // A range is in units of the axis: on another one it would mean something else.
    if (part.axis && part.axis !== this.view.axis) part = { ...part, range: null };
    this.view = { ...this.view, ...part };
    this.dispatchEvent(new CustomEvent("change", { detail: Object.keys(part) }));
    clearTimeout(this.#writing);
    this.#writing = window.setTimeout(() => this.#write(), 200);
  }

  /** @param {number | null} x @param {EventTarget} by The card under the pointer. */
  hover(x, by) {
    this.hovered = x === null ? null : { x, by };
    this.dispatchEvent(new Event("hover"));
  }

  /** @param {string | null} runId The run nearest to the pointer; tables of runs listen on the document. */
  highlight(runId) {
    if (runId === this.highlighted) return;
    this.highlighted = runId;
    this.dispatchEvent(new Event("highlight"));
    document.dispatchEvent(new CustomEvent("runhighlight", { detail: { id: runId } }));
  }

  #write() {
    const url = new URL(location.href);
    writeView(this.view, url.searchParams);
    history.replaceState(history.state, "", url);
  }
}

export const page = new Page();
