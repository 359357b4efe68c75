// What stands in the cells of the run table.
import { icon, safe } from "../lib/dom.js";
import { ago, duration, exact, number } from "../lib/format.js";
import { columnOf, FACTS } from "../lib/table-state.js";

/** @typedef {import("../lib/table-rows.js").Row} Row */

const STATES = /** @type {Record<string, {icon: string, word: string}>} */ ({
  running: { icon: icon("loader-2"), word: "Running" },
  scheduled: { icon: icon("circle-dashed"), word: "Scheduled" },
  finished: { icon: icon("circle-check"), word: "Finished" },
  failed: { icon: icon("circle-x"), word: "Failed" },
  killed: { icon: icon("circle-minus"), word: "Stopped" },
});

/** @param {Row} row @param {{drawn: boolean, checked: boolean, color: string}} look */
export function marks(row, { drawn, checked, color }) {
  const name = safe(row.name);
  const eye = drawn ? icon("eye") : icon("eye-off");
  return `<span class="marks"><button type="button" data-mark="draw" aria-pressed="${drawn}" aria-label="Draw ${name}">${eye}</button><span class="marks__swatch"><span class="swatch${drawn ? "" : " swatch--off"}" style="--c:${color}"></span></span><label><input class="check" type="checkbox" data-mark="check"${checked ? " checked" : ""} aria-label="Select ${name}"></label></span>`;
}

/** @param {Row} row @param {{tree: boolean, url: string}} how */
export function name(row, { tree, url }) {
  const state = STATES[row.status] ?? STATES.finished;
  const fold = row.children
    ? `<button type="button" class="grid__fold" data-mark="fold" aria-expanded="${row.open === true}" aria-label="${row.children} runs below ${safe(row.name)}">${row.open ? icon("chevron-down", "s") : icon("chevron-right", "s")}</button>`
    : '<span class="grid__fold"></span>';
  const indent = tree ? `<span class="grid__indent" style="--depth:${row.depth ?? 0}"></span>${fold}` : "";
  const below = tree && row.children ? `<span class="count">${row.children}</span>` : "";
  return `<span class="status" data-state="${row.status}">${indent}<span title="${state.word}">${state.icon}<span class="sr">${state.word}</span></span><a href="${url}" title="${safe(row.name)}">${safe(row.name)}</a>${below}</span>`;
}

/** @param {string} id Of a column. @param {Row} row @returns {string | number | undefined} What is there. */
export function contentOf(id, row) {
  const { entity, key } = columnOf(id);
  if (entity === "metrics") return row.m[key];
  if (entity === "params") return row.p[key];
  if (entity === "tags") return row.t[key];
  return { started: row.start, ended: row.end ?? undefined, by: row.by, status: row.status, id: row.id }[key];
}

/** @param {string} id @param {Row} row @param {Map<string, number>} best @returns {string} Markup. */
export function cell(id, row, best) {
  const { entity, key } = columnOf(id);
  if (entity === "fact") return fact(key, row);
  const value = contentOf(id, row);
  if (value === undefined) return "";
  if (entity !== "metrics") return `<span title="${safe(value)}">${safe(value)}</span>`;
  const text = typeof value === "number" ? number(value) : ({ Infinity: "∞", "-Infinity": "−∞" }[value] ?? value);
  return value === best.get(key) ? `<span class="cell-best">${text}</span>` : text;
}

/** @param {string} key @param {Row} row */
function fact(key, row) {
  if (key === "started") return moment(row.start);
  if (key === "ended") return moment(row.end);
  if (key === "duration") return row.start ? duration(Math.max(0, (row.end ?? Date.now()) - row.start) / 1000) : "–";
  if (key === "status") return STATES[row.status]?.word ?? "";
  if (key === "id") return `<code title="${row.id}">${row.id.slice(0, 8)}</code>`;
  return safe(row.by);
}

/** @param {number | null} at */
function moment(at) {
  if (!at) return "–";
  const then = new Date(at);
  return `<time datetime="${then.toISOString()}" title="${exact(then)}">${ago(then, new Date()).replace(" ago", "")}</time>`;
}

/** @param {string} id @returns {string} The title of a column. */
export function titleOf(id) {
  const { entity, key } = columnOf(id);
  return entity === "fact" ? (FACTS[key] ?? key) : key;
}
