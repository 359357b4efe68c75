const LEAST = 15;
const MOST = 85;
const USUAL = 62;

/**
 * Two panes and a bar between them: around `.split__a`, `button.split__bar[role=separator]` and `.split__b`. The bar is dragged,
 * moved by arrows (2 %) and put back by a double click; `at` is where it begins, `name` what its place is remembered under, in
 * the browser: it depends on the width of this screen.
 */
export class SplitPane extends HTMLElement {
  /** @type {AbortController | null} */
  #life = null;
  #at = USUAL;

  get #start() {
    return Number(this.getAttribute("at")) || USUAL;
  }
  get #place() {
    return `split-${this.getAttribute("name")}`;
  }
  get #bar() {
    return /** @type {HTMLElement} */ (this.querySelector(".split__bar"));
  }

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    const bar = this.#bar;
    this.#set(Number(localStorage.getItem(this.#place)) || this.#start);
    bar.setAttribute("aria-valuemin", String(LEAST));
    bar.setAttribute("aria-valuemax", String(MOST));
    bar.addEventListener("pointerdown", (event) => bar.setPointerCapture(event.pointerId), { signal });
    bar.addEventListener("pointermove", (event) => bar.hasPointerCapture(event.pointerId) && this.#drag(event), { signal });
    bar.addEventListener("pointerup", () => this.#keep(), { signal });
    bar.addEventListener("dblclick", () => this.#reset(), { signal });
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
    if (this.hasAttribute("name")) localStorage.setItem(this.#place, this.#at.toFixed(1));
  }

  #reset() {
    localStorage.removeItem(this.#place);
    this.#set(this.#start);
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
}

customElements.define("split-pane", SplitPane);
