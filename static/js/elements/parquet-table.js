import { asyncBufferFromUrl } from "hyparquet";
import { element, safe } from "../lib/dom.js";
import { COLUMNS, ROWS, readTable } from "../lib/parquet.js";

/**
 * A Parquet file: `src` gives its bytes by range, `size` is their number, `name` what to call it. Reads its end and what the
 * first rows need, in the browser: the server would need 120 MB of libraries for it.
 */
class ParquetTable extends HTMLElement {
  #shown = false;

  async connectedCallback() {
    if (this.#shown) return;
    this.#shown = true;
    const { src = "", size, name = "", failed = "" } = this.dataset;
    try {
      const file = await asyncBufferFromUrl({ url: src, byteLength: Number(size) });
      this.replaceChildren(...parts(await readTable(file), name));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.replaceChildren(element(`<p class="dim">${safe(failed)} <span class="faint">${safe(why)}</span></p>`));
    }
  }
}

/** @param {import("../lib/parquet.js").Table} table @param {string} name @returns {HTMLElement[]} */
function parts(table, name) {
  const { columns, rows, count, hidden } = table;
  const facts = [
    `${count.toLocaleString("en-US")} rows`,
    `${(columns.length + hidden).toLocaleString("en-US")} columns`,
    `${table.groups.toLocaleString("en-US")} ${table.groups === 1 ? "row group" : "row groups"}`,
    table.compression,
  ].filter(Boolean);
  const heads = columns.map(
    (column) => `<th scope="col">${safe(column.name)}<br><span class="faint">${safe(column.type)}</span></th>`,
  );
  const lines = rows.map((row) => `<tr>${row.map((cell) => `<td>${safe(cell)}</td>`).join("")}</tr>`);
  const cut = count > rows.length || hidden > 0;
  return [
    element(`<p class="faint">${facts.map(safe).join(", ")}</p>`),
    element(
      `<div class="scroll preview__table" tabindex="0" role="region" aria-label="${safe(name)}"><table class="table table--dense"><thead><tr>${heads.join("")}</tr></thead><tbody>${lines.join("")}</tbody></table></div>`,
    ),
    ...(cut
      ? [element(`<p class="faint">The first ${ROWS} rows and ${COLUMNS} columns. Download the file for the rest.</p>`)]
      : []),
  ];
}

customElements.define("parquet-table", ParquetTable);
