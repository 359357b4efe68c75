// The pieces of a card around its canvas.
import { icon, safe } from "../lib/dom.js";
import { count, number, short } from "../lib/format.js";
import { lag } from "../lib/smooth.js";

/** @typedef {import("../lib/series.js").Line} Line */

const LEGEND = 6;

/** @param {{id: string, title: string, level: string, pinned: boolean}} card @returns {string} */
export function cardMarkup({ id, title, level, pinned }) {
  const head = /^[1-6]$/.test(level) ? `h${level}` : "h3";
  return `<header class="chart__head"><${head} class="chart__title" id="${id}-title" title="${safe(title)}">${safe(title)}</${head}>
    ${pinned ? `<span class="chart__pin" title="Pinned">${icon("pinned", "s")}<span class="sr">Pinned</span></span>` : ""}<span class="push"></span>
    <button class="btn btn--s btn--quiet" type="button" data-act="fit" hidden>${icon("zoom-reset")}Fit</button>
    <button class="btn btn--s btn--quiet btn--icon" type="button" data-act="full" aria-label="Full screen" title="Full screen">${icon("arrows-maximize")}</button>
    <button class="btn btn--s btn--quiet btn--icon" type="button" popovertarget="${id}-menu" aria-label="Chart menu" title="Chart menu">${icon("dots-vertical")}</button></header>
    <div class="chart__body"><canvas role="img" tabindex="0"></canvas><i class="chart__hover" hidden></i><i class="chart__box" hidden></i><p class="chart__say late" hidden></p></div>
    <footer class="chart__foot"></footer>
    <div class="chart__table" tabindex="0" role="region" aria-label="Values of ${safe(title)}" hidden></div>
    <div class="pop" id="${id}-menu" popover>${menuMarkup()}</div>`;
}

function menuMarkup() {
  const item = (/** @type {string} */ act, /** @type {string} */ sign, /** @type {string} */ words, key = "") =>
    `<button class="pop__item" type="button" data-act="${act}">${sign}${words}${key ? `<kbd>${key}</kbd>` : ""}</button>`;
  return [
    item("table", icon("table"), "Table of values", "T"),
    item("range", icon("arrows-horizontal"), "Select a range", "R"),
    item("log", icon("math-function"), "Logarithmic y axis", "L"),
    item("fit", icon("zoom-reset"), "Fit", "0"),
    "<hr>",
    item("png", icon("photo"), "Download PNG"),
    item("csv", icon("file-text"), "Download CSV"),
    item("json", icon("braces"), "Download JSON"),
  ].join("");
}

/**
 * What is true about the picture: whose lines, how many points behind it, how it is smoothed, what was cut off.
 * @param {Line[]} lines
 * @param {{cut: import("./figure.js").Cut, weight: number, color: (line: Line) => string}} how
 * @returns {string}
 */
export function footMarkup(lines, { cut, weight, color }) {
  const legend = lines.length > 1 && lines.length <= LEGEND ? lines.map((line) => legendMarkup(line, color)) : [];
  const facts = [fidelity(lines)];
  // Smoothing works on what is shown, as TensorBoard's does on what it kept.
  const thinned = lines.some(({ series }) => series.shown < series.count);
  const smoothed = lines.some((line) => line.fine !== line.raw);
  if (smoothed) facts.push(`smoothed, lag ${number(lag(weight), 1)} ${thinned ? "shown points" : "points"}`);
  const gaps = lines.reduce((sum, { series }) => sum + series.nanSteps.length, 0);
  if (gaps) facts.push(`${count(gaps)} not a number`);
  if (cut.above) facts.push(`${count(cut.above)} above the range`);
  if (cut.below) facts.push(`${count(cut.below)} below the range`);
  return [...legend, ...facts.map((fact) => `<span>${fact}</span>`)].join("");
}

/** @param {Line[]} lines @returns {string} "1,920 of 192,000 points, extremes exact" */
export function fidelity(lines) {
  const own = lines.filter(({ series }) => !series.ghost);
  const [shown, behind] = own.reduce(([a, b], { series }) => [a + series.shown, b + series.count], [0, 0]);
  if (shown >= behind) return `${count(behind)} ${behind === 1 ? "point" : "points"}, all shown`;
  return `${count(shown)} of ${behind < 1e6 ? count(behind) : short(behind).replace("M", " M")} points, extremes exact`;
}

/** @param {Line} line @param {(line: Line) => string} color */
function legendMarkup(line, color) {
  const swatch = line.series.ghost
    ? '<span class="swatch swatch--ghost"></span>'
    : `<span class="swatch" style="--c: ${safe(color(line))}"></span>`;
  return `<span class="row row--tight chart__key">${swatch}${safe(line.series.name)}</span>`;
}
