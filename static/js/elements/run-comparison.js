import { page } from "../charts/page.js";
import { Model, titleOf } from "../compare/model.js";
import { Parallel } from "../compare/parallel.js";
import { Scatter } from "../compare/scatter.js";
import { kindsOf } from "../lib/axes.js";
import { fragment, safe } from "../lib/dom.js";
import { number } from "../lib/format.js";

/** @typedef {import("../compare/model.js").Run} Run */

const SETTLE = 250;

/** @param {string} id @returns {any} */
const data = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "[]");

/** Pieces that show the same runs: a brush on an axis of the parallel coordinates filters all of them. */
customElements.define(
  "run-comparison",
  class extends HTMLElement {
    #model = new Model(data("compare-runs"), data("compare-better"), new URLSearchParams(location.search));
    /** @type {AbortController | null} */
    #life = null;
    /** @type {Parallel | null} */
    #parallel = null;
    /** @type {Scatter | null} */
    #scatter = null;
    #settling = 0;

    connectedCallback() {
      this.#life = new AbortController();
      const { signal } = this.#life;
      page.palette.add(this.#model.runs.map(({ id }) => id));
      const [parallel, scatter] = [this.#part("parallel"), this.#part("scatter")];
      if (parallel && scatter) {
        this.#parallel = new Parallel(parallel, this.#model, signal);
        this.#scatter = new Scatter(scatter, this.#model, signal);
        this.#colors();
        this.#part("color-by")?.addEventListener("change", () => this.#shade(), { signal });
        this.#part("axes")?.addEventListener("change", (event) => this.#choose(event), { signal });
        this.#part("axes")?.addEventListener("beforetoggle", () => this.#list(), { signal });
      }
      this.#model.addEventListener("change", () => this.#show(), { signal });
      this.addEventListener("click", (event) => this.#click(event), { signal });
      document.addEventListener("swapped", () => this.#filter(), { signal });
      document.addEventListener("runhighlight", (event) => this.#highlight(/** @type {CustomEvent} */ (event).detail.id), {
        signal,
      });
      document
        .querySelector("copy-button[data-part=link]")
        ?.addEventListener("click", (event) => this.#link(event), { signal, capture: true });
      this.#show();
    }

    disconnectedCallback() {
      this.#life?.abort();
    }

    /** @param {string} name @returns {HTMLElement | null} */
    #part(name) {
      return this.querySelector(`[data-part="${name}"]`);
    }

    #show() {
      const kept = this.#model.kept.length;
      const all = this.#model.runs.length;
      const brushed = this.#model.axes.filter(({ brush }) => brush).length;
      const badge = this.#part("brushes");
      if (badge) {
        badge.hidden = brushed === 0;
        /** @type {HTMLElement} */ (badge.firstElementChild).textContent =
          brushed === 1 ? "1 axis brushed" : `${brushed} axes brushed`;
      }
      const foot = this.#part("parallel-foot");
      if (foot) foot.textContent = brushed ? `${all} runs, ${kept} inside the brushes` : `${all} runs`;
      const words = document.querySelector(".page__meta [data-part=kept]");
      if (words) words.textContent = brushed ? `${kept} inside the brushes` : "";
      this.#parallel?.later();
      this.#scatter?.later();
      clearTimeout(this.#settling);
      this.#settling = window.setTimeout(() => this.#filter(), SETTLE);
    }

    /** What is not drawn by us: the table's columns and the curves. The baseline stays. */
    #filter() {
      const kept = new Set(this.#model.kept.map(({ id }) => id));
      const heads = /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".diff thead th")]);
      const out = heads.map(
        (head, at) =>
          at > 1 &&
          !kept.has(
            head
              .querySelector("a")
              ?.getAttribute("href")
              ?.match(/runs\/([^/]+)\//)?.[1] ?? "",
          ),
      );
      for (const row of /** @type {NodeListOf<HTMLTableRowElement>} */ (this.querySelectorAll(".diff tr"))) {
        if (row.cells.length !== heads.length) continue;
        for (const [at, cell] of [...row.cells].entries()) cell.toggleAttribute("hidden", out[at]);
      }
      const runs = this.#model.runs.filter(({ id }) => kept.has(id)).map(({ id }) => id);
      for (const card of this.querySelectorAll("chart-card")) {
        if (card.getAttribute("runs") !== runs.join(",")) card.setAttribute("runs", runs.join(","));
      }
    }

    /** @param {string | null} id */
    #highlight(id) {
      for (const view of [this.#parallel, this.#scatter]) {
        if (!view || view.highlighted === id) continue;
        view.highlighted = id;
        view.later();
      }
    }

    // --- colours ---------------------------------------------------------------------------------------------------------

    #colors() {
      const select = /** @type {HTMLSelectElement} */ (this.#part("color-by"));
      const { ids, better } = this.#model;
      const usable = ids.filter((id) => kindsOf(this.#model.values(id)).includes("linear"));
      select.replaceChildren(...usable.map((id) => new Option(titleOf(id), id)));
      const metrics = usable.filter((id) => id.startsWith("metrics."));
      const wanted = new URLSearchParams(location.search).get("color") ?? "";
      select.value = usable.includes(wanted)
        ? wanted
        : (metrics.find((id) => better[titleOf(id)]) ?? metrics[0] ?? usable[0] ?? "");
      this.#shade();
    }

    #shade() {
      const { value: id } = /** @type {HTMLSelectElement} */ (this.#part("color-by"));
      const values = this.#model.values(id).map(Number).filter(Number.isFinite);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      // What is better stands out, whichever way that is.
      const down = this.#model.better[titleOf(id)] === -1;
      const share = (/** @type {Run} */ run) => {
        const value = Number(run.values[id] ?? Number.NaN);
        if (!Number.isFinite(value)) return null;
        const at = high > low ? (value - low) / (high - low) : 1;
        return down ? 1 - at : at;
      };
      if (this.#parallel) this.#parallel.shade = share;
      const ends = values.length ? [low, high].map((end) => number(end)) : ["", ""];
      /** @type {HTMLElement} */ (this.#part("low")).textContent = down ? ends[1] : ends[0];
      /** @type {HTMLElement} */ (this.#part("high")).textContent = down ? ends[0] : ends[1];
      this.#parallel?.later();
    }

    // --- axes ------------------------------------------------------------------------------------------------------------

    #list() {
      const lines = this.#model.ids.map((id) => {
        const axis = this.#model.axes.find((one) => one.id === id);
        const options = kindsOf(this.#model.values(id)).map(
          (kind) => `<option${kind === axis?.kind ? " selected" : ""}>${kind}</option>`,
        );
        const name = safe(titleOf(id));
        return `<div class="compare__axis"><label class="row"><input class="check" type="checkbox" value="${safe(id)}"${axis ? " checked" : ""}><span class="clip" title="${name}">${name}</span></label><select class="select select--s" data-axis="${safe(id)}" aria-label="Scale of ${name}"${axis ? "" : " disabled"}>${options.join("")}</select></div>`;
      });
      this.#part("axes")?.replaceChildren(fragment(lines.join("")));
    }

    /** @param {Event} event */
    #choose(event) {
      const control = /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target);
      if (control instanceof HTMLSelectElement) {
        const kind = /** @type {import("../lib/axes.js").Kind} */ (control.value);
        this.#model.set(control.dataset.axis ?? "", { kind, brush: null });
        return;
      }
      const others = this.#model.axes.filter(({ id }) => id !== control.value);
      this.#model.change(control.checked ? [...others, this.#model.axis(control.value)] : others);
      const scale = /** @type {HTMLSelectElement} */ (control.closest(".compare__axis")?.querySelector("select"));
      scale.disabled = !control.checked;
    }

    /** @param {Event} event */
    #click(event) {
      const act = /** @type {Element} */ (event.target).closest("[data-act]")?.getAttribute("data-act");
      if (act === "clear") this.#model.change(this.#model.axes.map((axis) => ({ ...axis, brush: null })));
    }

    /** @param {Event} event The link to what is seen now. */
    #link(event) {
      /** @type {Element} */ (event.currentTarget).setAttribute("text", location.href);
    }
  },
);
