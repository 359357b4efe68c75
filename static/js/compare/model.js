// What is compared: the runs, their values by column, the axes and the brushes on them. Pieces of the page listen to it.
import { inBrush, kindsOf, readAxes, scaleOf, turned, usualAxes, writeAxes } from "../lib/axes.js";
import { columnOf } from "../lib/table-state.js";

/** @typedef {import("../lib/axes.js").Axis} Axis */
/** @typedef {import("../lib/axes.js").Value} Value */
/** @typedef {{id: string, name: string, values: Record<string, Value>}} Run */

const MOST_AXES = 10;

/** Event `change` after axes or brushes changed. */
export class Model extends EventTarget {
  /** @type {Axis[]} */
  axes;
  /** @type {Map<string, import("../lib/axes.js").Scale>} */
  #scales = new Map();
  #writing = 0;

  /** @param {Run[]} runs @param {Record<string, number>} better @param {URLSearchParams} query */
  constructor(runs, better, query) {
    super();
    this.runs = runs;
    this.better = better;
    this.ids = columnsOf(runs);
    const given = readAxes(query.get("axes") ?? "").filter(({ id }) => this.ids.includes(id));
    this.axes = given.length > 1 ? given : usualAxes(this.ids, (id) => this.values(id), MOST_AXES).map((id) => this.axis(id));
  }

  /** @param {string} id @returns {Value[]} Of all runs. */
  values(id) {
    return this.runs.map((run) => run.values[id]);
  }

  /** @param {string} id @returns {Axis} As it begins. */
  axis(id) {
    return { id, kind: kindsOf(this.values(id))[0], flipped: false, brush: null };
  }

  /** @param {Axis} axis */
  scale({ id, kind }) {
    const name = `${kind} ${id}`;
    let scale = this.#scales.get(name);
    if (!scale) {
      scale = scaleOf(kind, this.values(id));
      this.#scales.set(name, scale);
    }
    return scale;
  }

  /** @param {Axis} axis @param {Run} run @returns {number | null} Where the run is on the axis as drawn. */
  place(axis, run) {
    return turned(axis, this.scale(axis).to(run.values[axis.id]));
  }

  /** @param {Run} run @returns {boolean} Whether all brushes let it through. */
  keeps(run) {
    return this.axes.every((axis) => !axis.brush || inBrush(axis, this.place(axis, run)));
  }

  get kept() {
    return this.runs.filter((run) => this.keeps(run));
  }

  /** @param {Axis[]} axes */
  change(axes) {
    this.axes = axes;
    this.dispatchEvent(new Event("change"));
    clearTimeout(this.#writing);
    this.#writing = window.setTimeout(() => this.#write(), 200);
  }

  /** @param {string} id @param {Partial<Axis>} part */
  set(id, part) {
    this.change(this.axes.map((axis) => (axis.id === id ? { ...axis, ...part } : axis)));
  }

  /** @param {string} id The other way round; the brush goes with the values. */
  flip(id) {
    const axis = this.axes.find((one) => one.id === id);
    if (!axis) return;
    this.set(id, { flipped: !axis.flipped, brush: axis.brush ? [1 - axis.brush[1], 1 - axis.brush[0]] : null });
  }

  /** @param {string} id @param {number} to Place among the axes. */
  move(id, to) {
    const at = this.axes.findIndex((axis) => axis.id === id);
    const place = Math.max(0, Math.min(this.axes.length - 1, to));
    if (at < 0 || at === place) return;
    this.change(this.axes.toSpliced(at, 1).toSpliced(place, 0, this.axes[at]));
  }

  #write() {
    const url = new URL(location.href);
    url.searchParams.set("axes", writeAxes(this.axes));
    history.replaceState(history.state, "", url);
  }
}

/** @param {Run[]} runs @returns {string[]} Columns that any of them has, params first, by name. */
function columnsOf(runs) {
  const ids = [...new Set(runs.flatMap((run) => Object.keys(run.values)))];
  const rank = (/** @type {string} */ id) => `${id.startsWith("params.") ? 0 : 1} ${id}`;
  return ids.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** @param {string} id @returns {string} The name of a column, as people say it. */
export function titleOf(id) {
  return columnOf(id).key;
}
