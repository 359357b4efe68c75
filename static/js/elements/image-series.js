/**
 * Pictures of one name over steps: an <img>, and a slider that chooses the step. `data-frames` is a list of [step, path],
 * `data-src` the address that a path is put behind. The neighbours of the shown picture are loaded beforehand.
 */
export class ImageSeries extends HTMLElement {
  /** @type {[number, string][]} */
  #frames = [];

  connectedCallback() {
    this.#frames = JSON.parse(this.dataset.frames ?? "[]");
    this.addEventListener("input", this);
  }

  disconnectedCallback() {
    this.removeEventListener("input", this);
  }

  handleEvent() {
    const slider = /** @type {HTMLInputElement} */ (this.querySelector(".slider"));
    const image = /** @type {HTMLImageElement} */ (this.querySelector("img"));
    const output = /** @type {HTMLElement} */ (this.querySelector("output"));
    const at = Number(slider.value);
    const frame = this.#frames[at];
    if (!frame) return;
    const step = frame[0].toLocaleString("en-US");
    image.alt = image.alt.replace(/\d+$/, String(frame[0]));
    image.src = this.#address(at);
    output.textContent = output.textContent?.replace(/^\S+/, step) ?? step;
    slider.setAttribute("aria-valuetext", step);
    for (const beside of [at - 1, at + 1]) if (this.#frames[beside]) new Image().src = this.#address(beside);
  }

  /** @param {number} at */
  #address(at) {
    return `${this.dataset.src}${encodeURIComponent(this.#frames[at][1])}`;
  }
}

customElements.define("image-series", ImageSeries);
