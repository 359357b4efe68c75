import { element, icon, safe } from "../lib/dom.js";
import { toggleNav } from "./nav-toggle.js";
import { flipTheme } from "./theme-toggle.js";

/** @typedef {{kind: string, label: string, url: string, note?: string}} Found One answer of the search. */

const COMMANDS = { theme: flipTheme, nav: toggleNav };
const SIGNS = {
  experiment: icon("flask"),
  run: icon("chart-line"),
  model: icon("cube"),
  version: icon("versions"),
  project: icon("folder"),
  person: icon("user"),
  team: icon("users"),
};

/**
 * Ctrl K: pages and commands of the frame, and what the server finds at `src` (`?q=` -> `{"items": [Found]}`).
 * Arrow keys choose, Enter opens, Escape closes. Pages add their own commands as `<li data-click="#id">` in the list.
 */
customElements.define(
  "command-palette",
  class extends HTMLElement {
    #wait = 0;
    #asked = 0;

    get #dialog() {
      return /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
    }
    get #input() {
      return /** @type {HTMLInputElement} */ (this.querySelector("input"));
    }
    get #list() {
      return /** @type {HTMLElement} */ (this.querySelector("ul"));
    }
    get #shown() {
      return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll("li:not([hidden])")]);
    }

    /** @param {Event} event */
    handleEvent(event) {
      const target = /** @type {Element} */ (event.target);
      if (event.type === "input") this.#filter();
      else if (event.type === "click" && target.closest("li")) this.#open(/** @type {HTMLElement} */ (target.closest("li")));
      else if (event.type === "keydown" && event.currentTarget === document) this.#hotkey(/** @type {KeyboardEvent} */ (event));
      else if (event.type === "keydown") this.#key(/** @type {KeyboardEvent} */ (event));
    }

    connectedCallback() {
      for (const type of ["input", "click", "keydown"]) this.addEventListener(type, this);
      document.addEventListener("keydown", this);
      this.#dialog.addEventListener("toggle", () => this.#dialog.open && this.#reset());
      this.#reset();
    }

    disconnectedCallback() {
      for (const type of ["input", "click", "keydown"]) this.removeEventListener(type, this);
      document.removeEventListener("keydown", this);
      clearTimeout(this.#wait);
    }

    #reset() {
      this.#input.value = "";
      this.#filter();
    }

    /** @param {KeyboardEvent} event */
    #hotkey(event) {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      if (!this.#dialog.open) {
        this.#dialog.showModal();
        this.#reset();
      }
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      const items = this.#shown;
      const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && items.length) this.#select(items[(at + step + items.length) % items.length]);
      else if (event.key === "Enter" && items[at]) this.#open(items[at]);
      else return;
      event.preventDefault();
    }

    #filter() {
      const words = this.#input.value.trim().toLowerCase();
      for (const item of this.#list.querySelectorAll("li[data-found]")) item.remove();
      for (const item of /** @type {NodeListOf<HTMLElement>} */ (this.#list.querySelectorAll("li"))) {
        item.hidden = !item.textContent?.toLowerCase().includes(words);
      }
      this.#settle();
      clearTimeout(this.#wait);
      this.#wait = window.setTimeout(() => this.#ask(words), words ? 150 : 0);
    }

    /** @param {string} words */
    async #ask(words) {
      const src = this.getAttribute("src");
      if (!src || !this.#dialog.open) return;
      const number = ++this.#asked;
      try {
        const answer = await fetch(`${src}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
        if (!answer.ok || number !== this.#asked) return;
        const { items } = /** @type {{items: Found[]}} */ (await answer.json());
        this.#list.prepend(...items.map((found, at) => row(found, at)));
        this.#settle();
      } catch {
        // The places of the frame stay usable without the server.
      }
    }

    #settle() {
      const items = this.#shown;
      this.#select(items[0]);
      /** @type {HTMLElement} */ (this.querySelector(".palette__none")).hidden = items.length > 0;
    }

    /** @param {HTMLElement | undefined} chosen */
    #select(chosen) {
      for (const item of this.#list.querySelectorAll("li")) item.setAttribute("aria-selected", String(item === chosen));
      if (chosen) this.#input.setAttribute("aria-activedescendant", chosen.id);
      else this.#input.removeAttribute("aria-activedescendant");
      chosen?.scrollIntoView({ block: "nearest" });
    }

    /** @param {HTMLElement} item */
    #open(item) {
      this.#dialog.close();
      const { url, command, click } = item.dataset;
      if (url) location.assign(url);
      else if (click) /** @type {HTMLElement | null} */ (document.querySelector(click))?.click();
      else if (command) COMMANDS[/** @type {"theme" | "nav"} */ (command)]?.();
    }
  },
);

/** @param {Found} found @param {number} at */
function row(found, at) {
  const sign = SIGNS[/** @type {keyof typeof SIGNS} */ (found.kind)] ?? icon("point");
  return element(
    `<li role="option" id="palette-found-${at}" data-found data-url="${safe(found.url)}">${sign}<b class="clip">${safe(found.label)}</b><span>${safe(found.note ?? found.kind)}</span></li>`,
  );
}
