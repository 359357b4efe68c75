import { remember } from "../lib/http.js";

const LEAST = 15;
const MOST = 85;
const USUAL = 62;

/**
 * Two panes and a bar between them: around `.split__a`, `button.split__bar[role=separator]` and `.split__b`. The bar is dragged,
 * moved by arrows (2 %) and put back by a double click; `name` is what the place is remembered under, `at` where it begins.
 */
customElements.define(
  "split-pane",
  class extends HTMLElement {
    /** @type {AbortController | null} */
    #life = null;
    #at = USUAL;

    get #bar() {
      return /** @type {HTMLElement} */ (this.querySelector(".split__bar"));
    }

    connectedCallback() {
      this.#life = new AbortController();
      const { signal } = this.#life;
      const bar = this.#bar;
      this.#set(Number(this.getAttribute("at")) || USUAL);
      bar.setAttribute("aria-valuemin", String(LEAST));
      bar.setAttribute("aria-valuemax", String(MOST));
      bar.addEventListener("pointerdown", (event) => bar.setPointerCapture(event.pointerId), { signal });
      bar.addEventListener("pointermove", (event) => bar.hasPointerCapture(event.pointerId) && this.#drag(event), { signal });
      bar.addEventListener("pointerup", () => this.#keep(), { signal });
      bar.addEventListener("dblclick", () => this.#set(USUAL) ?? this.#keep(), { signal });
      bar.addEventListener("keydown", (event) => this.#key(event), { signal });
    }

    disconnectedCallback() {
      this.#life?.abort();
    }

    /** @param {number} percent */
    #set(percent) {
      this.#at = Math.max(LEAST, Math.min(MOST, percent));
      this.style.setProperty("--at", `${this.#at}%`);
      this.#bar.setAttribute("aria-valuenow", String(Math.round(this.#at)));
    }

    #keep() {
      const name = this.getAttribute("name");
      if (name) remember(`split_${name}`, this.#at.toFixed(1));
    }

    /** @param {PointerEvent} event */
    #drag(event) {
      const box = this.getBoundingClientRect();
      this.#set(((event.clientX - box.left) / box.width) * 100);
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      const to = { ArrowLeft: this.#at - 2, ArrowRight: this.#at + 2, Home: LEAST, End: MOST }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.#set(to);
      this.#keep();
    }
  },
);
