// A run's colour: a place among twelve, from its id. apps/web/colors.py is the same on the server; one table tests both.

export const PLACES = 12;

/** @param {string} text @returns {number} 32-bit FNV-1a over UTF-16 code units. */
export function fnv1a(text) {
  let value = 2166136261;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16777619) >>> 0;
  return value;
}

/** @param {string} runId @returns {number} The place, 1 to 12, that the id alone gives. */
export function place(runId) {
  return (fnv1a(runId) % PLACES) + 1;
}

/** @param {string} runId @returns {string} The CSS value of a run seen alone. */
export function color(runId) {
  return `var(--run-${place(runId)})`;
}

/** @param {string} runId @returns {string} A colour beyond the twelve: hue and depth from the id. */
export function hashColor(runId) {
  const value = fnv1a(runId);
  const [light, dark] = (value >>> 9) % 2 ? [0.47, 0.67] : [0.62, 0.82];
  return `light-dark(oklch(${light} .14 ${value % 360}), oklch(${dark} .12 ${value % 360}))`;
}

/** Colours of the runs of one view: free places first, so that twelve differ; a run keeps its colour while the view lives. */
export class Palette {
  /** @type {Map<string, string>} */
  #chosen = new Map();
  #taken = new Set();

  /** @param {Iterable<string>} runIds Asked for in this order, which is that of the view. */
  add(runIds) {
    for (const runId of runIds) this.of(runId);
  }

  /** @param {string} runId @param {string} css A colour that the person chose. */
  choose(runId, css) {
    this.#chosen.set(runId, css);
  }

  /** @param {string} runId @returns {string} CSS value. */
  of(runId) {
    const known = this.#chosen.get(runId);
    if (known) return known;
    const css = this.#taken.size === PLACES ? hashColor(runId) : this.#free(runId);
    this.#chosen.set(runId, css);
    return css;
  }

  /** @param {string} runId */
  #free(runId) {
    let at = place(runId);
    while (this.#taken.has(at)) at = (at % PLACES) + 1;
    this.#taken.add(at);
    return `var(--run-${at})`;
  }
}
