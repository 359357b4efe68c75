// Rows of the run table: the tree made flat, pages put together, ranges, best values.

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name
 * @property {string} status
 * @property {number} start Milliseconds.
 * @property {number | null} end
 * @property {string} by
 * @property {string} parent
 * @property {number} children How many matching runs are nested below it.
 * @property {Record<string, number | string>} m Metrics; what is no number in JSON is a word.
 * @property {Record<string, string>} p
 * @property {Record<string, string>} t
 * @property {number} [depth]
 * @property {boolean} [open]
 */

/**
 * @param {Row[]} roots @param {Map<string, Row[]>} below Children of those runs that were opened. @param {Set<string>} open
 * @returns {Row[]} In the order of the table, with depth.
 */
export function flatten(roots, below, open) {
  /** @type {Row[]} */
  const flat = [];
  const seen = new Set();
  const add = (/** @type {Row} */ row, /** @type {number} */ depth) => {
    if (seen.has(row.id)) return; // a run that claims to be its own grandparent
    seen.add(row.id);
    flat.push({ ...row, depth, open: open.has(row.id) });
    if (open.has(row.id)) for (const child of below.get(row.id) ?? []) add(child, depth + 1);
  };
  for (const row of roots) add(row, 0);
  return flat;
}

/** @param {Row[]} known @param {Row[]} more The next page; a run that slid onto it meanwhile is known already. @returns {Row[]} */
export function append(known, more) {
  const ids = new Set(known.map(({ id }) => id));
  return [...known, ...more.filter(({ id }) => !ids.has(id))];
}

/**
 * Fresh rows of the beginning, before what was loaded further down.
 * @param {Row[]} known @param {Row[]} fresh @param {boolean} complete Whether nothing follows the fresh ones.
 * @returns {Row[]}
 */
export function renew(known, fresh, complete) {
  return complete ? fresh : append(fresh, known.slice(fresh.length));
}

/** @param {string[]} ids @param {string} from @param {string} to @returns {string[]} All from the one to the other, both included. */
export function between(ids, from, to) {
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)];
  if (a < 0 || b < 0) return [to];
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** @param {Row[]} rows @param {Record<string, number>} better 1 or -1 by metric; 0 is not judged. @returns {Map<string, number>} */
export function bestOf(rows, better) {
  /** @type {Map<string, number>} */
  const best = new Map();
  for (const { m } of rows) {
    for (const [key, value] of Object.entries(m)) {
      if (!better[key] || typeof value !== "number") continue;
      const known = best.get(key);
      if (known === undefined || (value - known) * better[key] > 0) best.set(key, value);
    }
  }
  return best;
}

/** @param {(string | number | undefined)[]} values @returns {boolean} Whether those that are there are numbers, at least one. */
export function isNumeric(values) {
  const there = values.filter((value) => value !== undefined && value !== "");
  return (
    there.length > 0 &&
    there.every((value) => typeof value === "number" || ((value ?? "").trim() !== "" && Number.isFinite(Number(value))))
  );
}
