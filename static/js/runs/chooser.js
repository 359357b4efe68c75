// The list of columns to choose from: those of all runs of the experiment, with a search and the number of runs that have them.
import { fragment, safe } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { columnOf, FACTS } from "../lib/table-state.js";
import { titleOf } from "./cells.js";

/** @typedef {{id: string, runs: number}} Choice */

const GROUPS = /** @type {[string, string][]} */ ([
  ["fact", "Run"],
  ["metrics", "Metrics"],
  ["params", "Params"],
  ["tags", "Tags"],
]);
const MOST = 200; // rows of the list; the search finds the others

/** @param {Choice} choice @param {boolean} checked */
function line({ id, runs }, checked) {
  return `<label class="pop__item"><input class="check" type="checkbox" value="${safe(id)}"${checked ? " checked" : ""}><span class="clip" title="${safe(titleOf(id))}">${safe(titleOf(id))}</span>${runs ? `<span class="push faint num">${count(runs)}</span>` : ""}</label>`;
}

export class Chooser {
  #root;
  #url;
  #columns;
  #change;
  /** @type {Choice[]} */
  #known = [];

  /** @param {HTMLElement} root The popover. @param {string} url @param {() => string[]} columns @param {(columns: string[]) => void} change */
  constructor(root, url, columns, change) {
    this.#root = root;
    this.#url = url;
    this.#columns = columns;
    this.#change = change;
    root.addEventListener("beforetoggle", (event) => /** @type {ToggleEvent} */ (event).newState === "open" && this.#open());
    root.addEventListener("change", (event) => this.#toggle(/** @type {HTMLInputElement} */ (event.target)));
    this.#search.addEventListener("input", () => this.#show());
  }

  get #search() {
    return /** @type {HTMLInputElement} */ (this.#root.querySelector("[type=search]"));
  }
  get #list() {
    return /** @type {HTMLElement} */ (this.#root.querySelector("[data-part=column-list]"));
  }

  async #open() {
    this.#show();
    try {
      const answer = await fetch(this.#url, { headers: { Accept: "application/json" } });
      if (answer.ok) this.#known = (await answer.json()).columns;
    } catch {
      // What is shown now can still be taken away.
    }
    this.#show();
  }

  #show() {
    const chosen = this.#columns();
    const there = new Set(this.#known.map(({ id }) => id));
    const all = [
      ...Object.keys(FACTS).map((id) => ({ id, runs: 0 })),
      ...chosen.filter((id) => columnOf(id).entity !== "fact" && !there.has(id)).map((id) => ({ id, runs: 0 })),
      ...this.#known,
    ];
    const text = this.#search.value.trim().toLowerCase();
    const found = all.filter(({ id }) => titleOf(id).toLowerCase().includes(text));
    const parts = GROUPS.map(([entity, title]) => {
      const own = found.filter(({ id }) => columnOf(id).entity === entity);
      if (!own.length) return "";
      const lines = own.slice(0, MOST).map((choice) => line(choice, chosen.includes(choice.id)));
      const more = own.length > MOST ? `<p class="faint runs__more">${count(own.length - MOST)} more, search for them</p>` : "";
      return `<fieldset><legend class="pop__head faint">${title}</legend>${lines.join("")}${more}</fieldset>`;
    });
    this.#list.replaceChildren(fragment(parts.join("") || '<p class="faint runs__more">No column has that in its name.</p>'));
  }

  /** @param {HTMLInputElement} box */
  #toggle(box) {
    if (box.type !== "checkbox") return;
    const others = this.#columns().filter((id) => id !== box.value);
    this.#change(box.checked ? [...others, box.value] : others);
  }
}
