// The selected range over a chart: what is outside is dimmed; the card in use has two handles, the others dashed edges.
import { element } from "../lib/dom.js";

/**
 * @typedef {object} Host
 * @property {HTMLElement} body
 * @property {HTMLCanvasElement} canvas
 * @property {() => ({left: number, top: number, right: number, bottom: number} | null)} area
 * @property {(value: number) => number} toPixel
 * @property {(pixel: number) => number} toValue
 * @property {(value: number) => string} words The value as the handle's flag says it.
 * @property {(value: number, by: number) => number} move The value so many points further.
 * @property {(range: [number, number]) => void} change
 */

export class RangeLayer {
  #host;
  /** @type {HTMLElement[]} */
  #dims;
  /** @type {HTMLButtonElement[]} */
  #handles;
  /** @type {[number, number] | null} */
  #range = null;

  /** @param {Host} host */
  constructor(host) {
    this.#host = host;
    this.#dims = [0, 1].map(() => element('<i class="chart__dim" hidden></i>'));
    this.#handles = /** @type {const} */ (["a", "b"]).map((end) => this.#handle(end));
    host.body.append(...this.#dims, ...this.#handles);
  }

  /** @param {[number, number] | null} range @param {boolean} inUse Whether this card has the handles. */
  show(range, inUse) {
    this.#range = range;
    const area = this.#host.area();
    const hidden = !range || !area;
    for (const dim of this.#dims) dim.hidden = hidden;
    for (const handle of this.#handles) handle.hidden = hidden || !inUse;
    if (!range || !area) return;
    const { canvas, toPixel, words } = this.#host;
    const clamp = (/** @type {number} */ x) => Math.max(area.left, Math.min(area.right, x));
    const [from, to] = [clamp(toPixel(range[0])), clamp(toPixel(range[1]))];
    const top = canvas.offsetTop + area.top;
    const height = area.bottom - area.top;
    this.#dims.forEach((dim, at) => {
      const [left, right] = at ? [to, area.right] : [area.left, from];
      Object.assign(dim.style, {
        left: `${canvas.offsetLeft + left}px`,
        top: `${top}px`,
        width: `${Math.max(0, right - left)}px`,
        height: `${height}px`,
      });
      dim.dataset.edge = inUse ? "none" : at ? "start" : "end";
    });
    this.#handles.forEach((handle, at) => {
      Object.assign(handle.style, { left: `${canvas.offsetLeft + (at ? to : from)}px`, top: `${top}px`, height: `${height}px` });
      handle.setAttribute("aria-valuenow", String(range[at]));
      handle.setAttribute("aria-valuetext", words(range[at]));
      handle.setAttribute("aria-valuemin", String(this.#host.toValue(area.left)));
      handle.setAttribute("aria-valuemax", String(this.#host.toValue(area.right)));
      /** @type {HTMLElement} */ (handle.firstElementChild).textContent = words(range[at]);
    });
  }

  /** @param {"a" | "b"} end */
  #handle(end) {
    const handle = /** @type {HTMLButtonElement} */ (
      element(
        `<button class="handle" type="button" data-end="${end}" role="slider" aria-label="${end === "a" ? "Start" : "End"} of range" hidden><span></span></button>`,
      )
    );
    const index = end === "a" ? 0 : 1;
    handle.addEventListener("keydown", (event) => {
      const area = this.#host.area();
      if (!this.#range || !area) return;
      const now = this.#range[index];
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 }[event.key];
      const to = by
        ? this.#host.move(now, event.shiftKey ? by * 10 : by)
        : { Home: this.#host.toValue(area.left), End: this.#host.toValue(area.right) }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.#set(index, to);
    });
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      this.#set(index, this.#host.toValue(event.clientX - this.#host.canvas.getBoundingClientRect().left));
    });
    return handle;
  }

  /** @param {number} index @param {number} value */
  #set(index, value) {
    const area = this.#host.area();
    if (!this.#range || !area) return;
    const low = index ? this.#range[0] : this.#host.toValue(area.left);
    const high = index ? this.#host.toValue(area.right) : this.#range[1];
    /** @type {[number, number]} */
    const range = [...this.#range];
    range[index] = Math.max(low, Math.min(high, value));
    this.#host.change(range);
  }
}
