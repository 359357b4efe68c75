// The table below a chart: the last values, or statistics of the selected range. Sorted by a click on a head.
import { icon, safe } from "../lib/dom.js";
import { count, duration, number } from "../lib/format.js";
import { stepAtX } from "../lib/series.js";
import { rangeStats } from "../lib/stats.js";
import { xWords } from "./tip.js";

/** @typedef {import("../lib/series.js").Line} Line */
/** @typedef {{key: string, label: string, value: (row: TableRow) => number, text: (value: number) => string}} Column */
/** @typedef {{line: Line, last: number, stats: import("../lib/stats.js").RangeStats}} TableRow */
/** @typedef {{key: string, down: boolean}} Sort */

const percent = (/** @type {number} */ value) => (Number.isNaN(value) ? "–" : number(value, 1));
/** @param {keyof import("../lib/stats.js").RangeStats} key @param {string} label @param {(value: number) => string} [text] @returns {Column} */
const stat = (key, label, text = number) => ({ key, label, value: ({ stats }) => stats[key], text });
/** @param {keyof import("../lib/stats.js").RangeStats} key @param {string} label @returns {Column} */
const step = (key, label) => ({ key, label, value: ({ line, stats }) => stepAtX(line.series, line.xs, stats[key]), text: count });

/** @type {Column[]} */
const WHOLE = [
  { key: "value", label: "Value", value: ({ line, last }) => line.raw[last], text: number },
  { key: "smoothed", label: "Smoothed", value: ({ line, last }) => line.fine[last], text: number },
  { key: "step", label: "Step", value: ({ line, last }) => line.series.steps[last], text: count },
  {
    key: "relative",
    label: "Relative",
    value: ({ line, last }) => (line.series.times[last] - line.series.start) / 1000,
    text: duration,
  },
  stat("min", "Min"),
  step("atMin", "At min"),
  stat("max", "Max"),
  step("atMax", "At max"),
];
/** @type {Column[]} */
const RANGE = [
  stat("start", "Start"),
  stat("end", "End"),
  stat("min", "Min"),
  stat("max", "Max"),
  stat("mean", "Mean"),
  stat("change", "Change"),
  stat("percent", "%", percent),
  step("atMin", "At min"),
  step("atMax", "At max"),
];

/**
 * @param {Line[]} lines
 * @param {{range: [number, number] | null, axis: import("../lib/series.js").AxisKind, sort: Sort | null, color: (line: Line) => string}} how
 * @returns {string} Markup of the table.
 */
export function tableMarkup(lines, { range, axis, sort, color }) {
  const columns = range ? RANGE : WHOLE;
  const rows = sorted(
    lines.map((line) => toRow(line, range)).filter((row) => row !== null),
    columns,
    sort,
  );
  const title = range ? range.map((end) => xWords(end, axis).replace("step ", "")).join(" to ") : "Run";
  const head = columns.map((column) => headMarkup(column, sort)).join("");
  const body = rows.map((row) => {
    const { series } = row.line;
    const swatch = series.ghost
      ? '<span class="swatch swatch--ghost"></span>'
      : `<span class="swatch" style="--c: ${safe(color(row.line))}"></span>`;
    const cells = columns.map((column) => `<td class="num">${column.text(column.value(row))}</td>`).join("");
    return `<tr data-run="${safe(series.id)}"><th scope="row" class="clip">${swatch} ${safe(series.name)}</th>${cells}</tr>`;
  });
  return `<table class="table table--dense"><thead><tr><th scope="col">${safe(title)}</th>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

/** @param {Line} line @param {[number, number] | null} range @returns {TableRow | null} */
function toRow(line, range) {
  const stats = rangeStats(line.xs, line.raw, range);
  return stats && { line, last: line.xs.length - 1, stats };
}

/** @param {TableRow[]} rows @param {Column[]} columns @param {Sort | null} sort */
function sorted(rows, columns, sort) {
  const column = columns.find(({ key }) => key === sort?.key);
  if (!column || !sort) return rows;
  const sign = sort.down ? -1 : 1;
  return [...rows].sort((a, b) => sign * (column.value(a) - column.value(b)));
}

/** @param {Column} column @param {Sort | null} sort */
function headMarkup({ key, label }, sort) {
  const on = sort?.key === key;
  const state = on ? ` aria-sort="${sort.down ? "descending" : "ascending"}"` : "";
  const arrow = on ? (sort.down ? icon("arrow-down", "s") : icon("arrow-up", "s")) : "";
  return `<th scope="col" class="num"${state}><button class="sort" type="button" data-sort="${key}">${label}${arrow}</button></th>`;
}
