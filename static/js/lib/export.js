// Points of a chart as CSV and JSON: those it shows, raw and smoothed.

/** @typedef {import("./series.js").Line} Line */

/** @param {Line[]} lines @returns {string} One row a point; values that are no numbers are NaN, Infinity or -Infinity. */
export function toCsv(lines) {
  const rows = lines.flatMap((line) =>
    pointsOf(line).map((point) => [line.series.id, line.series.name, ...Object.values(point)].map(cell).join(",")),
  );
  return ["run_id,run,step,timestamp,value,smoothed", ...rows, ""].join("\n");
}

/** @param {string} key @param {Line[]} lines @returns {string} */
export function toJson(key, lines) {
  const series = lines.map((line) => ({
    run_id: line.series.id,
    name: line.series.name,
    points_logged: line.series.count,
    points: pointsOf(line),
  }));
  const finite = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify({ key, series }, finite, 1);
}

/** @param {Line} line */
function pointsOf({ series, raw, fine }) {
  return Array.from(series.steps, (step, at) => ({ step, timestamp: series.times[at], value: raw[at], smoothed: fine[at] }));
}

/** @param {string | number} value A text that a spreadsheet would compute is kept as text. */
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
