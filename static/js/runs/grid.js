// The table on the screen: Tabulator shows the rows that fit and knows nothing of what they mean.
import { safe } from "../lib/dom.js";
import { isNumeric } from "../lib/table-rows.js";
import { columnOf } from "../lib/table-state.js";
import { cell, contentOf, marks, name, titleOf } from "./cells.js";
import { Tabulator } from "./tabulator.js";

/** @typedef {import("../lib/table-rows.js").Row} Row */
/**
 * @typedef {object} Look What decides how a row looks besides its data.
 * @property {(id: string) => boolean} isDrawn
 * @property {(id: string) => boolean} isChecked
 * @property {(id: string) => string} color
 * @property {(id: string) => string} url
 * @property {() => boolean} tree
 * @property {() => Map<string, number>} best
 */

const BANDS = /** @type {Record<string, string>} */ ({ metrics: "Metrics", params: "Params", tags: "Tags" });
const NEAR = 1200;
const WINDOW = 430; // ten rows on a phone
const NUMERIC_FACTS = new Set(["started", "duration", "ended"]);

const isSmall = () => matchMedia("(max-width: 760px)").matches;

export class Grid {
  #table;
  #built;
  #look;
  #box;
  /** @type {Row[]} */
  #rows = [];
  /** @type {import("../lib/table-state.js").SortLevel[]} */
  #sort = [];
  /** @type {Set<string>} Columns with numbers in them. */
  numeric = new Set();
  /** @type {Map<string, number>} Widths that somebody dragged. */
  #widths = new Map();

  /**
   * @param {HTMLElement} box
   * @param {Look} look
   * @param {{near: () => void, moved: (columns: string[]) => void}} report
   */
  constructor(box, look, report) {
    this.#look = look;
    this.#box = box;
    this.#table = new Tabulator(box, {
      data: [],
      index: "id",
      height: isSmall() ? WINDOW : "100%",
      layout: "fitDataFill",
      rowHeight: this.rowHeight,
      nestedFieldSeparator: false,
      movableColumns: true,
      columnHeaderVertAlign: "bottom",
      placeholder: false,
      columns: [],
      rowFormatter: (/** @type {any} */ row) => {
        const element = row.getElement();
        element.setAttribute("aria-selected", look.isChecked(row.getData().id));
        element.dataset.run = row.getData().id;
      },
    });
    this.#built = new Promise((done) => this.#table.on("tableBuilt", () => done(undefined)));
    this.#built.then(() => {
      const holder = this.#holder;
      holder.removeAttribute("tabindex");
      // Focus on a head scrolls the heads: the rows go with them.
      const heads = /** @type {HTMLElement} */ (box.querySelector(".tabulator-header-contents"));
      heads.addEventListener("scroll", () => {
        if (heads.scrollLeft !== holder.scrollLeft) holder.scrollLeft = heads.scrollLeft;
      });
      holder.addEventListener("scroll", () => {
        if (holder.scrollHeight - holder.scrollTop - holder.clientHeight < NEAR) report.near();
      });
    });
    this.#table.on("columnMoved", () => report.moved(this.#order()));
    this.#table.on("columnResized", (/** @type {any} */ column) => this.#widths.set(column.getField(), column.getWidth()));
  }

  get rowHeight() {
    return matchMedia("(pointer: coarse)").matches ? 36 : 24;
  }
  get #holder() {
    return /** @type {HTMLElement} */ (this.#box.querySelector(".tabulator-tableholder"));
  }

  /** @returns {string[]} Ids of the chosen columns, as they stand. */
  #order() {
    return this.#table
      .getColumns()
      .map((/** @type {any} */ column) => column.getField())
      .filter((/** @type {string} */ field) => !field.startsWith("_"));
  }

  /** @param {string[]} columns @param {import("../lib/table-state.js").SortLevel[]} sort @param {Row[]} rows */
  async show(columns, sort, rows) {
    await this.#built;
    this.#sort = sort;
    this.#rows = rows;
    this.numeric = new Set(columns.filter((id) => NUMERIC_FACTS.has(id) || isNumeric(rows.map((row) => contentOf(id, row)))));
    const left = this.#holder.scrollLeft;
    // On a phone the metric that counts stands beside the name.
    const isMetric = (/** @type {string} */ id) => columnOf(id).entity === "metrics";
    const sorted = sort.map(({ id }) => id).find((id) => isMetric(id) && columns.includes(id));
    const first = isSmall() ? (sorted ?? columns.find(isMetric)) : undefined;
    const rest = columns.filter((id) => id !== first);
    this.#table.setColumns([...this.#frozen(), ...(first ? [this.#column(first)] : []), ...this.#banded(rest)]);
    await this.#table.setData(rows);
    this.#mend();
    this.#holder.scrollLeft = left;
  }

  /** Other rows in the same columns; the row at the top stays where it is. @param {Row[]} rows */
  async update(rows) {
    await this.#built;
    const holder = this.#holder;
    const height = this.rowHeight;
    const [at, rest] = [Math.floor(holder.scrollTop / height), holder.scrollTop % height];
    const top = this.#rows[at]?.id;
    const same = rows.length === this.#rows.length && rows.every((row, n) => row.id === this.#rows[n].id);
    const changed = same ? rows.filter((row, n) => JSON.stringify(row) !== JSON.stringify(this.#rows[n])) : rows;
    this.#rows = rows;
    if (same && changed.length < 50) return changed.length ? this.#table.updateData(changed) : undefined;
    await this.#table.replaceData(rows);
    const now = at > 0 && top ? rows.findIndex(({ id }) => id === top) : -1;
    if (now >= 0) holder.scrollTop = now * height + rest;
  }

  /** @param {Row[]} rows Behind those that are there. */
  async append(rows) {
    await this.#built;
    this.#rows = [...this.#rows, ...rows];
    await this.#table.addData(rows);
  }

  /** Marks of rows changed: what is seen is written anew. */
  remark() {
    for (const row of this.#table.getRows("visible")) row.reformat();
  }

  redraw() {
    this.#built.then(() => this.#table.redraw(true));
  }

  /** @param {string | null} id The run that a chart points at. */
  light(id) {
    for (const row of this.#box.querySelectorAll(".tabulator-row[data-lit]")) row.removeAttribute("data-lit");
    if (id) this.#box.querySelector(`.tabulator-row[data-run="${CSS.escape(id)}"]`)?.setAttribute("data-lit", "");
  }

  // --- columns ---------------------------------------------------------------------------------------------------------

  #frozen() {
    const { isDrawn, isChecked, color, url, tree } = this.#look;
    const small = isSmall();
    const fixed = { frozen: true, resizable: false, headerHozAlign: "left" };
    return [
      {
        ...fixed,
        title: "",
        field: "_marks",
        width: 80,
        titleFormatter: () =>
          '<label class="grid__all"><input class="check" type="checkbox" data-mark="all" aria-label="Select all rows that are loaded"></label>',
        formatter: (/** @type {any} */ at) => {
          const row = at.getData();
          return marks(row, { drawn: isDrawn(row.id), checked: isChecked(row.id), color: color(row.id) });
        },
      },
      {
        ...fixed,
        title: "Run",
        field: "_name",
        width: this.#widths.get("_name") ?? (small ? 140 : 172),
        resizable: !small,
        titleFormatter: () => this.#head("name", "Run"),
        formatter: (/** @type {any} */ at) => name(at.getData(), { tree: tree(), url: url(at.getData().id) }),
      },
    ];
  }

  /** @param {string[]} columns Neighbours of one kind get a band above them. */
  #banded(columns) {
    /** @type {any[]} */
    const found = [];
    for (const id of columns) {
      const band = BANDS[columnOf(id).entity];
      const last = found[found.length - 1];
      if (band && last?.title === band) last.columns.push(this.#column(id));
      else if (band) found.push({ title: band, columns: [this.#column(id)] });
      else found.push(this.#column(id));
    }
    return found;
  }

  /** @param {string} id */
  #column(id) {
    const align = this.numeric.has(id) ? "right" : "left";
    return {
      title: safe(titleOf(id)),
      field: id,
      width: this.#widths.get(id) ?? this.#width(id),
      minWidth: 48,
      hozAlign: align,
      headerHozAlign: align,
      titleFormatter: () => this.#head(id, titleOf(id)),
      formatter: (/** @type {any} */ at) => cell(id, at.getData(), this.#look.best()),
    };
  }

  /** @param {string} id @param {string} title */
  #head(id, title) {
    return `<button type="button" class="grid__sort" data-sort="${safe(id)}" title="${safe(title)}">${safe(title)}</button>`;
  }

  /** @param {string} id A width from what is in it, so that nothing moves when more rows come. */
  #width(id) {
    const plain = (/** @type {Row} */ row) => cell(id, row, new Map()).replace(/<[^>]*>/g, "").length;
    const longest = Math.max(...this.#rows.slice(0, 50).map(plain), 0);
    const arrow = this.#sort.some((level) => level.id === id) ? 12 : 0;
    const letter = this.numeric.has(id) ? 7.6 : 6.5; // digits are all as wide as the widest, and the best value is bold
    return Math.round(arrow + Math.max(52, Math.min(220, Math.max(titleOf(id).length * 6.3 + 10, longest * letter) + 18)));
  }

  /** Tabulator gives its header groups a role and names that do not exist, and makes the scroll box a second stop. */
  #mend() {
    for (const group of this.#box.querySelectorAll(".tabulator-col-group")) {
      group.setAttribute("role", "none");
      for (const attribute of ["aria-sort", "aria-title"]) group.removeAttribute(attribute);
    }
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.#box.querySelectorAll(".grid__sort"))) {
      const level = this.#sort.find(({ id }) => id === button.dataset.sort);
      const head = /** @type {HTMLElement} */ (button.closest(".tabulator-col"));
      head.setAttribute("aria-sort", level ? (level.down ? "descending" : "ascending") : "none");
      head.removeAttribute("aria-title");
    }
  }
}
