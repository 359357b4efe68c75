// A Chart.js plug-in for what is no line: events at the top, values that were no numbers at the foot, points cut off at the edge.
import { gapsOf, xAtStep } from "../lib/series.js";
import { Chart } from "./chartjs.js";
import { paint, token } from "./paint.js";

/** @typedef {import("./figure.js").Scene} Scene */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Area */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Area} area
 * @param {(x: number) => number} toPixel
 * @param {Scene} scene
 */
function drawFlags(context, area, toPixel, { flags, lines }) {
  for (const { step, tone = "ink-3", label } of flags) {
    // On a time axis the step's place is read off a run that has come so far.
    const at = toPixel(lines.map((line) => xAtStep(line.series, line.xs, step)).find(Number.isFinite) ?? Number.NaN);
    if (!(at >= area.left && at <= area.right)) continue;
    context.strokeStyle = context.fillStyle = token(tone);
    context.setLineDash([1, 2]);
    stroke(context, at, area.top + 8, area.bottom);
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(at - 4, area.top);
    context.lineTo(at + 4, area.top);
    context.lineTo(at, area.top + 7);
    context.fill();
    if (!label) continue;
    const left = at > (area.left + area.right) / 2;
    context.font = `500 11px ${Chart.defaults.font.family}`;
    context.textAlign = left ? "right" : "left";
    context.fillText(label, at + (left ? -7 : 7), area.top + 8);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Area} area
 * @param {(x: number) => number} toPixel
 * @param {Scene} scene
 */
function drawGaps(context, area, toPixel, { lines, color }) {
  context.lineWidth = 2;
  for (const line of lines) {
    context.strokeStyle = paint(line.series.ghost ? "var(--ghost)" : color(line));
    let drawn = Number.NEGATIVE_INFINITY;
    for (const x of gapsOf(line)) {
      const at = toPixel(x);
      if (at - drawn < 2 || at < area.left || at > area.right) continue;
      stroke(context, at, area.bottom - 7, area.bottom);
      drawn = at;
    }
  }
  context.lineWidth = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Area} area
 * @param {(x: number) => number} toPixel
 * @param {Scene} scene
 * @param {[number, number]} y
 */
function drawCuts(context, area, toPixel, { lines, color }, [low, high]) {
  for (const line of lines) {
    context.fillStyle = paint(line.series.ghost ? "var(--ghost)" : color(line), 0.7);
    const drawn = { above: Number.NEGATIVE_INFINITY, below: Number.NEGATIVE_INFINITY };
    for (let at = 0; at < line.xs.length; at++) {
      const side = line.raw[at] > high ? "above" : line.raw[at] < low ? "below" : null;
      const place = side ? toPixel(line.xs[at]) : Number.NaN;
      if (!side || place - drawn[side] < 4 || place < area.left || place > area.right) continue;
      drawn[side] = place;
      const edge = side === "above" ? area.top : area.bottom;
      const inward = side === "above" ? 4 : -4;
      context.beginPath();
      context.moveTo(place, edge);
      context.lineTo(place - 2.5, edge + inward);
      context.lineTo(place + 2.5, edge + inward);
      context.fill();
    }
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} from @param {number} to */
function stroke(context, x, from, to) {
  context.beginPath();
  context.moveTo(x, from);
  context.lineTo(x, to);
  context.stroke();
}

export const marks = {
  id: "marks",
  /** @param {any} chart @param {unknown} _ @param {{scene: Scene}} options */
  afterDatasetsDraw(chart, _, { scene }) {
    const { ctx, chartArea, scales } = chart;
    const toPixel = (/** @type {number} */ x) => scales.x.getPixelForValue(x);
    ctx.save();
    ctx.lineWidth = 1;
    drawCuts(ctx, chartArea, toPixel, scene, [scales.y.min, scales.y.max]);
    drawGaps(ctx, chartArea, toPixel, scene);
    drawFlags(ctx, chartArea, toPixel, scene);
    ctx.restore();
  },
};
