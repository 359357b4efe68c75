// What the address of a run table says; apps/web/table_state.py reads the same words on the server.

/** @typedef {{id: string, down: boolean}} SortLevel */
/**
 * @typedef {object} State
 * @property {string} filter
 * @property {SortLevel[]} sort
 * @property {string[]} columns Ids: `started`, `metrics.loss`.
 * @property {string[] | null} draw Run ids; null before anybody chose.
 * @property {"table" | "both" | "charts"} layout
 * @property {boolean} tree
 * @property {boolean} deleted
 */

export const FACTS = /** @type {Record<string, string>} */ ({
  started: "Started",
  duration: "Duration",
  by: "By",
  ended: "Ended",
  status: "Status",
  id: "Run ID",
});
const LAYOUTS = ["table", "both", "charts"];

/** @param {string} id @returns {{entity: string, key: string}} "fact", "metrics", "params" or "tags", and the key as it is. */
export function columnOf(id) {
  const dot = id.indexOf(".");
  if (dot < 0) return { entity: "fact", key: id };
  return {
    entity: id.slice(0, dot),
    key: id
      .slice(dot + 1)
      .replaceAll("%2C", ",")
      .replaceAll("%25", "%"),
  };
}

/** @param {string} entity @param {string} key @returns {string} The id of a column. */
export function columnId(entity, key) {
  return entity === "fact" ? key : `${entity}.${key.replaceAll("%", "%25").replaceAll(",", "%2C")}`;
}

/** @param {string} text @returns {SortLevel[]} */
export function readSort(text) {
  return list(text).map((part) => ({ id: part.replace(/^-/, ""), down: part.startsWith("-") }));
}

/** @param {SortLevel[]} sort */
export function writeSort(sort) {
  return sort.map(({ id, down }) => (down ? `-${id}` : id)).join(",");
}

/**
 * A click on a column's head: by it alone, falling first where the values are numbers; again turns it, a third time lets it go.
 * @param {SortLevel[]} sort @param {string} id @param {{add: boolean, numeric: boolean}} how `add` keeps the other levels.
 * @returns {SortLevel[]}
 */
export function nextSort(sort, id, { add, numeric }) {
  const now = sort.find((level) => level.id === id);
  const others = add ? sort.filter((level) => level.id !== id) : [];
  if (!now) return [...others, { id, down: numeric }];
  if (now.down === numeric) return add ? sort.map((l) => (l.id === id ? { id, down: !l.down } : l)) : [{ id, down: !now.down }];
  return others;
}

/** @param {URLSearchParams} query @param {string[]} columns Those of the page, if the address has none. @returns {State} */
export function readState(query, columns) {
  const layout = /** @type {State["layout"]} */ (query.get("layout") ?? "both");
  const draw = query.get("draw");
  const chosen = query.get("columns");
  return {
    filter: query.get("filter") ?? "",
    sort: readSort(query.get("sort") ?? ""),
    columns: chosen === null ? columns : [...new Set(list(chosen))],
    draw: draw === null ? null : list(draw),
    layout: LAYOUTS.includes(layout) ? layout : "both",
    tree: query.get("tree") === "1",
    deleted: query.get("show") === "deleted",
  };
}

/** @param {State} state @param {URLSearchParams} query Changed in place; what is as usual is left out. */
export function writeState(state, query) {
  const parts = {
    filter: state.filter,
    sort: writeSort(state.sort),
    columns: state.columns.join(","),
    draw: state.draw?.join(",") ?? null,
    layout: state.layout === "both" ? "" : state.layout,
    tree: state.tree ? "1" : "",
    show: state.deleted ? "deleted" : "",
  };
  for (const [name, value] of Object.entries(parts)) {
    // No columns and nothing drawn are choices too.
    if (value || (value === "" && (name === "columns" || name === "draw"))) query.set(name, value);
    else query.delete(name);
  }
}

/** @param {State} state @param {Record<string, string>} [more] @returns {URLSearchParams} The question for rows and exports. */
export function question(state, more = {}) {
  const query = new URLSearchParams({ columns: state.columns.join(",") });
  if (state.filter) query.set("filter", state.filter);
  if (state.sort.length) query.set("sort", writeSort(state.sort));
  if (state.deleted) query.set("show", "deleted");
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return query;
}

/** @param {string} text */
function list(text) {
  return text.split(",").filter(Boolean);
}
