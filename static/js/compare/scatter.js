// Any param or metric against any other, a point for each run.
import { page } from "../charts/page.js";
import { paint, token } from "../charts/paint.js";
import { titleOf } from "./model.js";
import { plot } from "./plot.js";

const PADDING = { top: 10, left: 62, right: 16, bottom: 38 };
const NEAR = 18;

export class Scatter {
  #root;
  #model;
  /** @type {import("chart.js").Chart | null} */
  #chart = null;
  /** @type {string | null} */
  highlighted = null;
  #frame = 0;

  /** @param {HTMLElement} root @param {import("./model.js").Model} model @param {AbortSignal} signal */
  constructor(root, model, signal) {
    this.#root = root;
    this.#model = model;
    const size = new ResizeObserver(() => this.later());
    size.observe(/** @type {HTMLElement} */ (this.#canvas.parentElement));
    signal.addEventListener("abort", () => size.disconnect());
    document.addEventListener("themechange", () => this.later(), { signal });
    this.#canvas.addEventListener("pointermove", (event) => this.#point(event), { signal });
    this.#canvas.addEventListener("pointerleave", () => page.highlight(null), { signal });
    root.addEventListener("change", () => this.#chosen(), { signal });
    this.#fill();
  }

  get #canvas() {
    return /** @type {HTMLCanvasElement} */ (this.#root.querySelector("canvas"));
  }
  /** @param {"x" | "y"} way */
  #select(way) {
    return /** @type {HTMLSelectElement} */ (this.#root.querySelector(`[data-part=scatter-${way}]`));
  }

  #fill() {
    const { axes, ids, better } = this.#model;
    const query = new URLSearchParams(location.search);
    const metrics = axes.map(({ id }) => id).filter((id) => id.startsWith("metrics."));
    const y = metrics.find((id) => better[titleOf(id)]) ?? metrics[0] ?? ids.at(-1) ?? "";
    const params = axes.filter(({ id }) => id.startsWith("params."));
    const x = (params.find(({ kind }) => kind !== "list") ?? params[0] ?? axes.find(({ id }) => id !== y))?.id ?? y;
    for (const [way, usual] of /** @type {["x" | "y", string][]} */ ([
      ["x", x],
      ["y", y],
    ])) {
      this.#select(way).replaceChildren(...ids.map((id) => new Option(titleOf(id), id)));
      const given = query.get(way === "x" ? "sx" : "sy") ?? "";
      this.#select(way).value = ids.includes(given) ? given : usual;
    }
  }

  #chosen() {
    const url = new URL(location.href);
    url.searchParams.set("sx", this.#select("x").value);
    url.searchParams.set("sy", this.#select("y").value);
    history.replaceState(history.state, "", url);
    this.later();
  }

  later() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #axes() {
    const axis = (/** @type {string} */ id) => this.#model.axes.find((one) => one.id === id) ?? this.#model.axis(id);
    // Directions belong to the parallel coordinates; here right and up are more.
    return [this.#select("x").value, this.#select("y").value].map((id) => ({ ...axis(id), flipped: false, brush: null }));
  }

  #draw() {
    this.#frame = 0;
    this.#chart?.destroy();
    const [x, y] = this.#axes();
    const there = this.#model.runs.filter((run) => this.#model.place(x, run) !== null && this.#model.place(y, run) !== null);
    const kept = new Set(this.#model.kept);
    this.#chart = plot(this.#canvas, {
      datasets: there.map((run) => ({
        run: run.id,
        data: [{ x: this.#model.place(x, run), y: this.#model.place(y, run) }],
        showLine: false,
        pointRadius: run.id === this.highlighted ? 7 : 4.5,
        pointBackgroundColor: kept.has(run) ? paint(page.palette.of(run.id), 0.75) : token("ink-3", 0.15),
        pointBorderColor:
          run.id === this.highlighted ? token("ink") : kept.has(run) ? paint(page.palette.of(run.id)) : token("ink-3", 0.25),
        order: run.id === this.highlighted ? 0 : kept.has(run) ? 1 : 2,
      })),
      padding: PADDING,
      x: [-0.03, 1.03],
      y: [-0.04, 1.04],
      below: true,
      draw: (chart) => this.#drawAxes(chart, x, y),
    });
    const [across, up] = [titleOf(x.id), titleOf(y.id)];
    this.#canvas.setAttribute(
      "aria-label",
      `${up} by ${across} for ${there.length} runs; the table of differences has the values`,
    );
    this.#say(there.length);
  }

  /** @param {number} number How many runs have both values. */
  #say(number) {
    const lit = this.#model.runs.find(({ id }) => id === this.highlighted);
    const [x, y] = this.#axes();
    const values = lit
      ? `${lit.name}: ${titleOf(x.id)} ${lit.values[x.id] ?? "none"}, ${titleOf(y.id)} ${lit.values[y.id] ?? "none"}`
      : "";
    const words = `${number} of ${this.#model.runs.length} runs have both values`;
    /** @type {HTMLElement} */ (this.#root.querySelector("[data-part=scatter-foot]")).textContent = values || words;
  }

  /** @param {any} chart @param {import("../lib/axes.js").Axis} across @param {import("../lib/axes.js").Axis} up */
  #drawAxes({ ctx, chartArea: area, scales: { x, y } }, across, up) {
    ctx.save();
    ctx.font = `400 11px ${getComputedStyle(this.#root).fontFamily}`;
    ctx.fillStyle = token("ink-3");
    ctx.strokeStyle = token("chart-grid");
    ctx.lineWidth = 1;
    ctx.textAlign = "right";
    for (const { at, label } of this.#model.scale(up).marks) {
      const p = Math.round(y.getPixelForValue(at)) + 0.5;
      stroke(ctx, area.left, p, area.right, p);
      ctx.fillText(label, area.left - 6, p + 4, PADDING.left - 10);
    }
    ctx.textAlign = "center";
    let free = Number.NEGATIVE_INFINITY;
    for (const { at, label } of this.#model.scale(across).marks) {
      const p = x.getPixelForValue(at);
      const half = ctx.measureText(label).width / 2;
      if (p - half < free) continue;
      ctx.fillText(label, p, area.bottom + 15);
      free = p + half + 6;
    }
    ctx.strokeStyle = token("chart-axis");
    stroke(ctx, area.left + 0.5, area.top, area.left + 0.5, area.bottom);
    stroke(ctx, area.left, area.bottom + 0.5, area.right, area.bottom + 0.5);
    const note = across.kind === "log" || across.kind === "quantile" ? ` (${across.kind})` : "";
    ctx.fillText(`${titleOf(across.id)}${note}`, (area.left + area.right) / 2, area.bottom + 31);
    ctx.restore();
  }

  /** @param {PointerEvent} event The nearest run. */
  #point(event) {
    const chart = this.#chart;
    if (!chart) return;
    let [best, distance] = [/** @type {string | null} */ (null), NEAR];
    for (const dataset of /** @type {any[]} */ (chart.data.datasets)) {
      const [{ x, y }] = dataset.data;
      const far = Math.hypot(
        chart.scales.x.getPixelForValue(x) - event.offsetX,
        chart.scales.y.getPixelForValue(y) - event.offsetY,
      );
      if (far < distance) [best, distance] = [dataset.run, far];
    }
    page.highlight(best);
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
function stroke(ctx, x1, y1, x2, y2) {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
