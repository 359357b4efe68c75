import { page } from "../charts/page.js";
import { element } from "../lib/dom.js";

const AXES = { step: "Step", relative: "Relative", wall: "Wall" };

/** Smoothing, x axis, outliers and log of all charts of the page. What it holds is part of the page's address. */
customElements.define(
  "chart-controls",
  class extends HTMLElement {
    /** @type {AbortController | null} */
    #life = null;

    connectedCallback() {
      if (!this.firstElementChild) this.append(...build());
      this.#life = new AbortController();
      const { signal } = this.#life;
      this.addEventListener("input", (event) => this.#input(event), { signal });
      this.addEventListener("click", (event) => this.#click(event), { signal });
      this.addEventListener("dblclick", (event) => this.#reset(event), { signal });
      page.addEventListener("change", () => this.#show(), { signal });
      this.#show();
    }

    disconnectedCallback() {
      this.#life?.abort();
    }

    /** @param {Event} event */
    #input(event) {
      const slider = /** @type {HTMLInputElement} */ (event.target);
      if (slider.type === "range") page.change({ weight: Number(slider.value) });
    }

    /** @param {MouseEvent} event A double click on the slider takes smoothing away, the next one brings the usual back. */
    #reset(event) {
      if (/** @type {Element} */ (event.target).matches("[type=range]")) page.change({ weight: page.view.weight ? 0 : 0.6 });
    }

    /** @param {MouseEvent} event */
    #click(event) {
      const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("button"));
      const axis = button?.dataset.axis;
      if (axis) page.change({ axis: /** @type {keyof typeof AXES} */ (axis) });
      if (button?.dataset.set === "clip") page.change({ clip: !page.view.clip });
      if (button?.dataset.set === "log") page.change({ log: !page.view.log });
    }

    #show() {
      const { weight, axis, clip, log } = page.view;
      const slider = /** @type {HTMLInputElement} */ (this.querySelector("[type=range]"));
      if (Number(slider.value) !== weight) slider.value = String(weight);
      /** @type {HTMLElement} */ (this.querySelector("output")).textContent = weight.toFixed(weight > 0.99 ? 3 : 2);
      for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("button"))) {
        const { axis: own, set } = button.dataset;
        button.setAttribute("aria-pressed", String(own ? own === axis : set === "clip" ? clip : log));
      }
    }
  },
);

function build() {
  const axes = Object.entries(AXES).map(([value, word]) => `<button type="button" data-axis="${value}">${word}</button>`);
  return [
    '<label class="row"><span class="faint">Smoothing</span><input class="slider" type="range" min="0" max="0.999" step="0.001"><output class="num chart-controls__weight"></output></label>',
    '<span class="toolbar__rule"></span>',
    `<span class="seg seg--s" role="group" aria-label="X axis">${axes.join("")}</span>`,
    '<button class="btn btn--s btn--quiet" type="button" data-set="clip" title="The y axis spans the 5th to the 95th percentile">Ignore outliers</button>',
    '<button class="btn btn--s btn--quiet" type="button" data-set="log" title="Logarithmic y axes">Log y</button>',
  ].map(element);
}
