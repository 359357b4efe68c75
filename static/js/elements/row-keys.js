export {};

/** Around a table whose rows begin with a link: J and K move from row to row, Enter opens as it does on any link. */
customElements.define(
  "row-keys",
  class extends HTMLElement {
    /** @type {AbortController | null} */
    #life = null;

    connectedCallback() {
      this.#life = new AbortController();
      document.addEventListener("keydown", (event) => this.#key(event), { signal: this.#life.signal });
    }

    disconnectedCallback() {
      this.#life?.abort();
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      const step = { j: 1, k: -1 }[event.key.toLowerCase()];
      const typing = /** @type {Element | null} */ (event.target)?.closest?.("input, textarea, select, dialog");
      if (!step || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const links = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("tbody tr > :first-child a")]);
      const at = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      const next = at >= 0 ? at + step : step > 0 ? 0 : links.length - 1;
      links[Math.min(links.length - 1, Math.max(0, next))]?.focus();
    }
  },
);
