// Lines on a canvas in the house style: raw line behind the smoothed one, axes with round marks, gaps and cuts marked.

import { alone, pointsOf } from "../lib/series.js";
import { extent } from "../lib/stats.js";
import { durationTicks, linearTicks, logTicks, niceSpan, timeTicks } from "../lib/ticks.js";
import { Chart } from "./chartjs.js";
import { marks } from "./marks.js";
import { paint, token } from "./paint.js";

/** @typedef {import("../lib/series.js").Line} Line */
/** @typedef {import("../lib/series.js").AxisKind} AxisKind */
/** @typedef {[number, number]} Span */
/** @typedef {{step: number, tone?: string, label?: string}} Flag An event on the x axis: tone is a token, such as "warn". */
/**
 * @typedef {object} Scene All that a picture depends on.
 * @property {Line[]} lines
 * @property {(line: Line) => string} color CSS colour of a line.
 * @property {AxisKind} axis
 * @property {string} title Name of the y axis; "" where the card's title says it.
 * @property {boolean} log
 * @property {boolean} clip
 * @property {Span | null} x Zoomed part; null is everything.
 * @property {Span | null} y
 * @property {Flag[]} flags
 * @property {number} pixels Width of the canvas.
 * @property {number} height
 * @property {string | null} highlighted Run id.
 */
/** @typedef {{above: number, below: number}} Cut Points outside of the y range. */

const THICK = 2.6;
const DOT = 2.5; // radius of a point without a line, in pixels
const X_TITLES = { step: "step", relative: "time since start", wall: "time" };
const X_TICKS = { step: linearTicks, relative: durationTicks, wall: timeTicks };

/** @param {Line[]} lines @returns {Span} The x values that there are. */
export function fullX(lines) {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { xs } of lines) {
    for (const x of xs) {
      if (x < low) low = x;
      if (x > high) high = x;
    }
  }
  if (low > high) return [0, 1];
  if (low === high) return [low - 0.5, high + 0.5];
  // A run that starts at step 100 of 24,000 starts at the origin.
  return low > 0 && low < high * 0.05 ? [0, high] : [low, high];
}

/** @param {number} pixels @param {number} each @returns {number} How many marks there is room for. */
function room(pixels, each) {
  return Math.max(2, Math.min(7, Math.round(pixels / each)));
}

/** @param {Scene} scene @param {Span} x @param {number} marks @returns {Span} */
function ySpan(scene, x, marks) {
  if (scene.y) return scene.y;
  /** @type {number[]} */
  const values = [];
  for (const line of scene.lines) {
    for (let at = 0; at < line.xs.length; at++) {
      if (line.xs[at] >= x[0] && line.xs[at] <= x[1]) values.push(line.raw[at]);
    }
  }
  const span = extent(values, { clip: scene.clip, positive: scene.log });
  if (!span) return scene.log ? [0.1, 10] : [0, 1];
  if (scene.log) return span[0] === span[1] ? [span[0] / 2, span[0] * 2] : [span[0] / 1.15, span[1] * 1.15];
  const air = (span[1] - span[0]) * 0.05;
  return niceSpan(span[0] - air, span[1] + air, marks);
}

/** @param {Scene} scene @param {Span} x @param {Span} y @returns {Cut} */
function cutOff({ lines }, x, y) {
  const cut = { above: 0, below: 0 };
  for (const { xs, raw } of lines) {
    for (let at = 0; at < xs.length; at++) {
      if (xs[at] < x[0] || xs[at] > x[1]) continue;
      if (raw[at] > y[1]) cut.above += 1;
      if (raw[at] < y[0]) cut.below += 1;
    }
  }
  return cut;
}

/** @param {Scene} scene */
function datasets(scene) {
  return scene.lines.flatMap((line) => {
    const { ghost, id } = line.series;
    const color = ghost ? "var(--ghost)" : scene.color(line);
    const rest = ghost ? 1.4 : 1.6;
    const raw = { run: id, rest: 1, borderColor: paint(color, 0.25), borderWidth: 1, order: 2 };
    const fine = {
      run: id,
      rest,
      borderColor: paint(color),
      backgroundColor: paint(color),
      borderWidth: id === scene.highlighted ? THICK : rest,
      borderDash: ghost ? [5, 4] : [],
      order: ghost ? 0 : 1,
    };
    return line.pieces.flatMap((piece) => {
      const data = pointsOf(line, piece, line.fine, scene.pixels);
      return [
        ...(line.fine === line.raw ? [] : [{ ...raw, data: pointsOf(line, piece, line.raw, scene.pixels) }]),
        { ...fine, data, pointRadius: alone(data).map((is) => (is ? DOT : 0)) },
      ];
    });
  });
}

/** @param {import("../lib/ticks.js").Tick[]} ticks @param {string} title @param {Span} span @param {object} more */
function axis(ticks, title, span, more) {
  const labels = new Map(ticks.map(({ value, label }) => [value, label]));
  return {
    min: span[0],
    max: span[1],
    border: { color: token("chart-axis") },
    grid: { color: token("chart-grid"), drawTicks: false },
    title: { display: title !== "", text: title, color: token("ink-3"), padding: 2 },
    afterBuildTicks: (/** @type {{ticks: {value: number}[]}} */ scale) => {
      scale.ticks = ticks.map(({ value }) => ({ value }));
    },
    ticks: {
      color: token("ink-3"),
      padding: 5,
      maxRotation: 0,
      autoSkipPadding: 8,
      callback: (/** @type {number | string} */ value) => labels.get(Number(value)) ?? "",
    },
    ...more,
  };
}

/** A chart that is given a scene, again after each change; it must be destroyed. */
export class Figure {
  /** @type {Chart | null} */
  #chart = null;
  /** @type {Cut} */
  cut = { above: 0, below: 0 };
  #canvas;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** @param {Scene} scene */
  show(scene) {
    const x = scene.x ?? fullX(scene.lines);
    const rows = room(scene.height - 60, 30);
    const y = ySpan(scene, x, rows);
    this.cut = cutOff(scene, x, y);
    const xAxis = axis(X_TICKS[scene.axis](x[0], x[1], room(scene.pixels, 80)), X_TITLES[scene.axis], x, {
      type: "linear",
      grid: { display: false },
    });
    const yTicks = scene.log ? logTicks(y[0], y[1]) : linearTicks(y[0], y[1], rows);
    const yAxis = axis(yTicks, scene.title, y, { type: scene.log ? "logarithmic" : "linear" });
    const data = { datasets: datasets(scene) };
    const options = {
      parsing: false,
      normalized: true,
      spanGaps: false,
      layout: { padding: { top: 6, right: 8 } },
      elements: { point: { radius: 0, hitRadius: 0 } },
      scales: { x: xAxis, y: yAxis },
      plugins: { marks: { scene } },
    };
    if (this.#chart) {
      this.#chart.data = /** @type {any} */ (data);
      this.#chart.options = /** @type {any} */ (options);
      this.#chart.update("none");
    } else {
      this.#chart = new Chart(this.#canvas, /** @type {any} */ ({ type: "line", data, options, plugins: [marks] }));
    }
  }

  /** @param {string | null} runId Thickens a run's line without building anything again. */
  highlight(runId) {
    const chart = this.#chart;
    if (!chart) return;
    chart.data.datasets.forEach((dataset, at) => {
      const { run, rest } = /** @type {any} */ (dataset);
      const drawn = /** @type {any} */ (chart.getDatasetMeta(at).dataset);
      if (drawn) drawn.options = { ...drawn.options, borderWidth: run === runId && rest > 1 ? THICK : rest };
    });
    chart.draw();
  }

  /** @returns {{left: number, top: number, right: number, bottom: number} | null} Where the lines are, in pixels of the canvas. */
  get area() {
    return this.#chart?.chartArea ?? null;
  }

  /** @param {"x" | "y"} axisName @param {number} value */
  pixel(axisName, value) {
    return this.#chart?.scales[axisName].getPixelForValue(value) ?? Number.NaN;
  }

  /** @param {"x" | "y"} axisName @param {number} pixel */
  value(axisName, pixel) {
    return this.#chart?.scales[axisName].getValueForPixel(pixel) ?? Number.NaN;
  }

  /** @returns {{x: Span, y: Span} | null} */
  get spans() {
    const scales = this.#chart?.scales;
    return scales ? { x: [scales.x.min, scales.x.max], y: [scales.y.min, scales.y.max] } : null;
  }

  /** @returns {string} The picture as a PNG data address, on the surface's colour. */
  png() {
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [this.#canvas.width, this.#canvas.height];
    const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext("2d"));
    context.fillStyle = token("surface");
    context.fillRect(0, 0, copy.width, copy.height);
    context.drawImage(this.#canvas, 0, 0);
    return copy.toDataURL("image/png");
  }

  destroy() {
    this.#chart?.destroy();
    this.#chart = null;
  }
}
