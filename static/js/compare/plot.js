// One chart over 0 to 1 in both directions, for axes that have scales of their own: lines or points, and a plug-in that draws them.
import { Chart } from "../charts/chartjs.js";

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{datasets: any[], padding: object, x: [number, number], y: [number, number], draw: (chart: any) => void, below?: boolean}} scene `draw` draws the axes, over the data or below
 * @returns {import("chart.js").Chart}
 */
export function plot(canvas, { datasets, padding, x, y, draw, below = false }) {
  const plugin = { id: "axes", [below ? "beforeDatasetsDraw" : "afterDatasetsDraw"]: draw };
  const config = {
    type: "line",
    data: { datasets },
    options: {
      parsing: false,
      normalized: true,
      layout: { padding },
      scales: {
        x: { type: "linear", display: false, min: x[0], max: x[1] },
        y: { type: "linear", display: false, min: y[0], max: y[1] },
      },
    },
    plugins: [plugin],
  };
  return new Chart(canvas, /** @type {any} */ (config));
}
