import { element, icon, safe } from "../lib/dom.js";
import { pieces } from "../lib/query.js";

/** @typedef {{text: string, insert?: string, note?: string}} Choice */
/** @typedef {{title: string, items: Choice[]}} Group */
/** @typedef {{start: number, end: number, groups: Group[], error?: {at: number, length: number, message: string} | null}} Completion */

const PAUSE = 120;
let made = 0;

/**
 * The filter bar of `ui/_query.html`: coloured while typed, completed from `src` (`?text=…&at=cursor` -> Completion, where a
 * choice replaces the text from `start` to `end`), a wrong spot underlined with its reason. Tab takes, Enter filters, Escape
 * closes. `error-length` and then `error-at` mark the spot that the server refused.
 */
customElements.define(
  "query-bar",
  class extends HTMLElement {
    static observedAttributes = ["error-at"];
    #id = `query-${++made}`;
    /** @type {AbortController | null} */
    #life = null;
    /** @type {AbortController | null} */
    #asking = null;
    #wait = 0;
    #answer = /** @type {Completion | null} */ (null);
    /** @type {{at: number, length: number} | null} */
    #error = null;

    get #input() {
      return /** @type {HTMLInputElement} */ (this.querySelector(".query__input"));
    }
    get #form() {
      return /** @type {HTMLFormElement} */ (this.querySelector("form"));
    }
    get #box() {
      return /** @type {HTMLElement | null} */ (this.querySelector(".complete"));
    }
    get #options() {
      return /** @type {HTMLElement[]} */ ([...(this.#box?.querySelectorAll("li") ?? [])]);
    }

    attributeChangedCallback() {
      const at = this.getAttribute("error-at");
      this.#error = at ? { at: Number(at), length: Number(this.getAttribute("error-length") ?? 1) } : null;
      if (this.#life) this.#paint();
    }

    connectedCallback() {
      this.#life = new AbortController();
      const { signal } = this.#life;
      const input = this.#input;
      input.addEventListener("input", () => this.#typed(), { signal });
      input.addEventListener("keydown", (event) => this.#key(event), { signal });
      input.addEventListener("click", () => this.#later(), { signal });
      input.addEventListener("scroll", () => this.#follow(), { signal });
      input.addEventListener("blur", () => this.#close(), { signal });
      this.addEventListener("pointerdown", (event) => this.#choose(event), { signal });
      this.querySelector("[data-clear]")?.addEventListener("click", () => this.#clear(), { signal });
      this.#paint();
      this.toggleAttribute("data-ready", true);
    }

    disconnectedCallback() {
      this.#life?.abort();
      this.#asking?.abort();
      clearTimeout(this.#wait);
    }

    #typed() {
      this.#error = null;
      this.#paint();
      this.#later();
      const clear = /** @type {HTMLElement | null} */ (this.querySelector("[data-clear]"));
      if (clear) clear.hidden = this.#input.value === "";
    }

    #clear() {
      this.#input.value = "";
      this.#typed();
      this.#close();
      this.#form.requestSubmit();
    }

    #paint() {
      const text = /** @type {HTMLElement} */ (this.querySelector(".query__text"));
      const spans = pieces(this.#input.value).map((piece) => {
        const span = document.createElement("span");
        if (piece.kind !== "space") span.className = piece.kind === "bad" ? "query__bad" : `query__${piece.kind}`;
        if (this.#error && piece.at < this.#error.at + this.#error.length && piece.at + piece.text.length > this.#error.at) {
          span.classList.add("query__bad");
        }
        span.textContent = piece.text;
        return span;
      });
      text.replaceChildren(...spans);
      this.#follow();
    }

    /** The coloured copy scrolls with the input. */
    #follow() {
      /** @type {HTMLElement} */ (this.querySelector(".query__text")).scrollLeft = this.#input.scrollLeft;
    }

    // --- completion ----------------------------------------------------------------------------------------------------

    #later() {
      clearTimeout(this.#wait);
      if (this.hasAttribute("src")) this.#wait = window.setTimeout(() => this.#ask(), PAUSE);
    }

    async #ask() {
      this.#asking?.abort();
      this.#asking = new AbortController();
      const url = new URL(this.getAttribute("src") ?? "", location.href);
      url.searchParams.set("text", this.#input.value);
      url.searchParams.set("at", String(this.#input.selectionStart ?? this.#input.value.length));
      try {
        const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.#asking.signal });
        if (answer.ok && document.activeElement === this.#input) this.#show(await answer.json());
      } catch {
        // Typing goes on without suggestions.
      }
    }

    /** @param {Completion} answer */
    #show(answer) {
      this.#answer = answer;
      this.#error = answer.error ?? null;
      this.#paint();
      this.#box?.remove();
      const groups = answer.groups.filter(({ items }) => items.length);
      if (!groups.length) return this.#close();
      const typed = this.#input.value.slice(answer.start, answer.end);
      let number = 0;
      const parts = groups.map(({ title, items }, at) => {
        const rows = items.map(
          (item) =>
            `<li role="option" id="${this.#id}-${number++}" data-insert="${safe(item.insert ?? item.text)}">${icon("point", "s")}<span class="mono">${marked(item.text, typed)}</span><span>${safe(item.note ?? "")}</span></li>`,
        );
        return `<div class="complete__group" id="${this.#id}-group-${at}">${safe(title)}</div><ul role="group" aria-labelledby="${this.#id}-group-${at}">${rows.join("")}</ul>`;
      });
      const foot =
        '<div class="complete__foot" aria-hidden="true"><span><kbd>Tab</kbd> take</span><span><kbd>Enter</kbd> run filter</span><span><kbd>Esc</kbd> close</span></div>';
      this.#form.append(
        element(
          `<div class="complete"><div role="listbox" id="${this.#id}-list" aria-label="Suggestions">${parts.join("")}</div>${foot}</div>`,
        ),
      );
      this.#input.setAttribute("aria-expanded", "true");
      this.#input.setAttribute("aria-controls", `${this.#id}-list`);
      this.#select(this.#options[0]);
    }

    #close() {
      clearTimeout(this.#wait);
      this.#box?.remove();
      this.#input.setAttribute("aria-expanded", "false");
      this.#input.removeAttribute("aria-activedescendant");
    }

    /** @param {HTMLElement | undefined} chosen */
    #select(chosen) {
      for (const option of this.#options) option.setAttribute("aria-selected", String(option === chosen));
      if (!chosen) return;
      this.#input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    }

    /** @param {HTMLElement | undefined} option */
    #take(option) {
      if (!option || !this.#answer) return;
      const { start, end } = this.#answer;
      const insert = option.dataset.insert ?? "";
      this.#input.setRangeText(insert, start, end, "end");
      this.#typed();
      this.#close();
      this.#later();
    }

    /** @param {PointerEvent} event Before the input loses focus. */
    #choose(event) {
      const option = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".complete li"));
      if (!option) return;
      event.preventDefault();
      this.#take(option);
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      const options = this.#options;
      const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === " " && event.ctrlKey) this.#ask();
      else if (step && options.length) this.#select(options[(at + step + options.length) % options.length]);
      else if (event.key === "Tab" && options.length && !event.shiftKey) this.#take(options[at]);
      else if (event.key === "Escape" && options.length) this.#close();
      else {
        if (event.key === "Enter") this.#close();
        return;
      }
      event.preventDefault();
    }
  },
);

/** @param {string} text @param {string} typed @returns {string} What was typed is marked in the choice. */
function marked(text, typed) {
  const at = typed ? text.toLowerCase().indexOf(typed.toLowerCase()) : -1;
  if (at < 0) return safe(text);
  const end = at + typed.length;
  return `${safe(text.slice(0, at))}<mark>${safe(text.slice(at, end))}</mark>${safe(text.slice(end))}`;
}
