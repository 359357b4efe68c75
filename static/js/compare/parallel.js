// Parallel coordinates: an ordinary line chart over values from 0 to 1, and a plug-in that draws the axes with their scale,
// direction and brush. The axes' names are buttons above it.
import { paint, token } from "../charts/paint.js";
import { nudged } from "../lib/axes.js";
import { fragment, icon, safe } from "../lib/dom.js";
import { titleOf } from "./model.js";
import { plot } from "./plot.js";

/** @typedef {import("../lib/axes.js").Axis} Axis */
/** @typedef {import("./model.js").Run} Run */

const PADDING = { top: 42, left: 34, right: 34, bottom: 10 };
const REACH = 16; // pixels beside an axis where a drag is a brush
const ABSENT = -0.09; // where a run without a value passes
const TURN = 6; // pixels until a press on a name is a drag

export class Parallel {
  #root;
  #model;
  /** @type {import("chart.js").Chart | null} */
  #chart = null;
  /** @type {(run: Run) => number | null} From 0 to 1, what colours a line. */
  shade = () => null;
  /** @type {string | null} */
  highlighted = null;
  #frame = 0;

  /** @param {HTMLElement} root @param {import("./model.js").Model} model @param {AbortSignal} signal */
  constructor(root, model, signal) {
    this.#root = root;
    this.#model = model;
    const size = new ResizeObserver(() => this.later());
    size.observe(this.#body);
    signal.addEventListener("abort", () => size.disconnect());
    this.#body.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    this.#heads.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#heads.addEventListener("click", (event) => event.detail === 0 && this.#flip(event), { signal });
    document.addEventListener("themechange", () => this.later(), { signal });
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(`[data-part=${name}]`));
  }
  get #body() {
    return this.#part("plot");
  }
  get #heads() {
    return this.#part("heads");
  }
  get #canvas() {
    return /** @type {HTMLCanvasElement} */ (this.#root.querySelector("canvas"));
  }

  later() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const { axes, runs } = this.#model;
    this.#body.style.setProperty("--axes", String(axes.length));
    this.#chart?.destroy();
    const absent = runs.some((run) => axes.some((axis) => this.#model.place(axis, run) === null));
    const kept = new Set(this.#model.kept);
    const order = runs.toSorted((a, b) => rank(a, kept, this.highlighted) - rank(b, kept, this.highlighted));
    this.#chart = plot(this.#canvas, {
      datasets: order.map((run, at) => ({ ...this.#line(run, kept.has(run)), order: -at })),
      padding: PADDING,
      x: [0, Math.max(1, axes.length - 1)],
      y: [absent ? ABSENT - 0.03 : 0, 1],
      draw: (chart) => this.#drawAxes(chart, absent),
    });
    const names = axes.map(({ id }) => titleOf(id)).join(", ");
    this.#canvas.setAttribute("aria-label", `Parallel coordinates of ${runs.length} runs over ${names}`);
    this.#placeHeads();
  }

  /** @param {Run} run @param {boolean} kept */
  #line(run, kept) {
    const shade = this.shade(run);
    const lit = run.id === this.highlighted;
    const color = lit ? token("accent") : !kept ? token("ink-3", 0.14) : shade === null ? token("ink-3", 0.7) : sequential(shade);
    return {
      data: this.#model.axes.map((axis, x) => ({ x, y: this.#model.place(axis, run) ?? ABSENT })),
      borderColor: color,
      borderWidth: lit ? 2.6 : kept ? 1.6 : 1,
      pointRadius: 0,
      cubicInterpolationMode: "monotone",
    };
  }

  /** @param {any} chart @param {boolean} absent */
  #drawAxes({ ctx, scales: { x, y } }, absent) {
    const font = getComputedStyle(this.#body).fontFamily;
    ctx.save();
    ctx.font = `400 11px ${font}`;
    this.#model.axes.forEach((axis, at) => {
      const p = Math.round(x.getPixelForValue(at)) + 0.5;
      ctx.strokeStyle = token("line-control");
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(p, y.getPixelForValue(1));
      ctx.lineTo(p, y.getPixelForValue(0));
      ctx.stroke();
      if (axis.brush) brush(ctx, p, y.getPixelForValue(axis.brush[1]), y.getPixelForValue(axis.brush[0]));
      const last = at > 0 && at === this.#model.axes.length - 1;
      ctx.textAlign = last ? "right" : "left";
      ctx.lineWidth = 4;
      ctx.lineJoin = "round";
      ctx.strokeStyle = token("surface");
      ctx.fillStyle = token("ink-2");
      const words = (/** @type {string} */ text, /** @type {number} */ place) => {
        ctx.strokeText(text, p + (last ? -10 : 10), y.getPixelForValue(place) + 4);
        ctx.fillText(text, p + (last ? -10 : 10), y.getPixelForValue(place) + 4);
      };
      for (const mark of this.#model.scale(axis).marks) words(mark.label, axis.flipped ? 1 - mark.at : mark.at);
      if (absent && this.#model.runs.some((run) => this.#model.place(axis, run) === null)) words("none", ABSENT);
    });
    ctx.restore();
  }

  // --- the axes' names -------------------------------------------------------------------------------------------------

  #placeHeads() {
    const scale = this.#chart?.scales.x;
    if (!scale) return;
    const { axes } = this.#model;
    const left = this.#canvas.offsetLeft;
    const room = Math.max(40, Math.floor(this.#canvas.clientWidth / axes.length) - 8);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-axis]"))?.dataset.axis;
    this.#heads.replaceChildren(fragment(axes.map(head).join("")));
    const buttons = /** @type {HTMLElement[]} */ ([...this.#heads.children]);
    buttons.forEach((button, at) => {
      button.style.setProperty("--x", `${left + scale.getPixelForValue(at)}px`);
      button.style.setProperty("--room", `${room}px`);
      if (button.dataset.axis === focused) button.focus({ preventScroll: true });
    });
  }

  /** @param {Event} event */
  #flip(event) {
    const id = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-axis]"))?.dataset.axis;
    if (id) this.#model.flip(id);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const id = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-axis]"))?.dataset.axis;
    const at = this.#model.axes.findIndex((axis) => axis.id === id);
    if (!id || at < 0) return;
    const axis = this.#model.axes[at];
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const up = /** @type {1 | -1 | undefined} */ ({ ArrowUp: 1, ArrowDown: -1 }[event.key]);
    if (side && event.altKey) this.#model.move(id, at + side);
    else if (side) /** @type {HTMLElement | undefined} */ (this.#heads.children[at + side])?.focus();
    else if (up) this.#model.set(id, { brush: nudged(axis.brush, up, event.shiftKey) });
    else if (event.key === "Escape" || event.key === "Delete") this.#model.set(id, { brush: null });
    else return;
    event.preventDefault();
  }

  // --- pointer ---------------------------------------------------------------------------------------------------------

  /** @param {PointerEvent} event */
  #press(event) {
    const scales = this.#chart?.scales;
    if (!scales || event.button !== 0) return;
    const box = this.#canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const head = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-axis]"));
    if (head) return this.#drag(event, head.dataset.axis ?? "");
    const at = Math.round(scales.x.getValueForPixel(px) ?? -1);
    const axis = this.#model.axes[at];
    if (!axis || Math.abs(scales.x.getPixelForValue(at) - px) > REACH) return;
    event.preventDefault();
    const value = (/** @type {number} */ pixel) => Math.max(0, Math.min(1, scales.y.getValueForPixel(pixel) ?? 0));
    this.#brush(event, axis, value(py), (later) => value(later.clientY - box.top));
  }

  /** @param {PointerEvent} event @param {Axis} axis @param {number} from @param {(event: PointerEvent) => number} value */
  #brush(event, axis, from, value) {
    const old = axis.brush;
    const inside = old && from > old[0] && from < old[1];
    const near = (/** @type {number} */ end) => Math.abs(end - from) < 0.03;
    const edge = old ? old.findIndex(near) : -1;
    follow(event, this.#body, {
      move: (later) => {
        const now = value(later);
        if (old && edge >= 0) this.#model.set(axis.id, { brush: sorted(old[1 - edge], now) });
        else if (old && inside) {
          const by = Math.max(-old[0], Math.min(1 - old[1], now - from));
          this.#model.set(axis.id, { brush: [old[0] + by, old[1] + by] });
        } else this.#model.set(axis.id, { brush: sorted(from, now) });
      },
      // A press alone takes the brush away.
      click: () => this.#model.set(axis.id, { brush: null }),
    });
  }

  /** @param {PointerEvent} event @param {string} id A name: a click flips its axis, a drag moves it. */
  #drag(event, id) {
    const box = this.#canvas.getBoundingClientRect();
    follow(event, this.#body, {
      move: (later) => this.#model.move(id, Math.round(this.#chart?.scales.x.getValueForPixel(later.clientX - box.left) ?? 0)),
      click: () => this.#model.flip(id),
    });
  }
}

/** @param {Run} run @param {Set<Run>} kept @param {string | null} highlighted */
function rank(run, kept, highlighted) {
  return run.id === highlighted ? 2 : kept.has(run) ? 1 : 0;
}

/** @param {number} a @param {number} b @returns {[number, number]} */
function sorted(a, b) {
  return a < b ? [a, b] : [b, a];
}

/** @param {number} share From 0 to 1. @returns {string} */
export function sequential(share) {
  const at = 2 + Math.max(0, Math.min(1, share)) * 4; // the first one is hardly seen as a line
  const low = Math.min(5, Math.floor(at));
  return paint(`color-mix(in oklab, var(--seq-${low}), var(--seq-${low + 1}) ${Math.round((at - low) * 100)}%)`);
}

/** @param {CanvasRenderingContext2D} ctx @param {number} p @param {number} top @param {number} bottom */
function brush(ctx, p, top, bottom) {
  ctx.fillStyle = token("accent", 0.16);
  ctx.strokeStyle = token("accent");
  ctx.beginPath();
  ctx.roundRect(p - 6, top, 12, Math.max(2, bottom - top), 3);
  ctx.fill();
  ctx.stroke();
}

/** @param {Axis} axis */
function head({ id, kind, flipped, brush: part }) {
  const notes = [kind === "linear" || kind === "list" ? "" : kind, flipped ? "flipped" : ""].filter(Boolean).join(", ");
  // The name begins with what is seen.
  const said = `${titleOf(id)} ${notes}`.trim() + `: ${kind} scale${part ? ", brushed" : ""}`;
  return `<button type="button" class="compare__head" data-axis="${safe(id)}" aria-label="${safe(said)}" title="${safe(titleOf(id))}"><span>${safe(titleOf(id))}</span>${flipped ? icon("arrow-down", "s") : ""}${notes ? ` <small>${notes}</small>` : ""}</button>`;
}

/** Until the pointer is let go. @param {PointerEvent} event @param {HTMLElement} body @param {{move: (event: PointerEvent) => void, click: () => void}} act */
function follow(event, body, { move, click }) {
  const life = new AbortController();
  let dragged = false;
  body.setPointerCapture(event.pointerId);
  const on = (/** @type {PointerEvent} */ later) => {
    dragged ||= Math.hypot(later.clientX - event.clientX, later.clientY - event.clientY) > TURN;
    if (dragged) move(later);
  };
  body.addEventListener("pointermove", on, { signal: life.signal });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
    body.addEventListener(
      end,
      () => {
        life.abort();
        if (!dragged && end === "pointerup") click();
      },
      { signal: life.signal },
    );
  }
}
