import { page } from "../charts/page.js";
import { color } from "../lib/color.js";
import { count } from "../lib/format.js";
import { remember } from "../lib/http.js";
import { bestOf, between, flatten } from "../lib/table-rows.js";
import { columnOf, nextSort, question, readState, writeState } from "../lib/table-state.js";
import { Bulk } from "../runs/bulk.js";
import { showCards } from "../runs/cards.js";
import { Chooser } from "../runs/chooser.js";
import { Feed } from "../runs/feed.js";
import { Grid } from "../runs/grid.js";

/** @typedef {import("../lib/table-rows.js").Row} Row */
/** @typedef {import("../lib/table-state.js").State} State */

const DRAWN_AT_FIRST = 6;

/**
 * The runs of an experiment: filtered, sorted and paged by the server, drawn in the charts beside. Two marks: the eye draws,
 * the checkbox selects for what is done at once. What is seen is in the address. Its data is `#run-table-config`, its parts
 * are those of `web/experiments/_run_table.html`.
 */
customElements.define(
  "run-table",
  class extends HTMLElement {
    /** @type {{experiment: number, columns: string[], urls: Record<string, string>}} */
    #config = JSON.parse(document.getElementById("run-table-config")?.textContent ?? "{}");
    /** @type {State} */
    #state = readState(new URLSearchParams(location.search), this.#config.columns);
    /** @type {string[]} */
    #drawn = [];
    /** @type {Set<string>} */
    #checked = new Set();
    #last = "";
    /** @type {Row[]} */
    #rows = [];
    /** @type {Map<string, number>} */
    #best = new Map();
    /** @type {AbortController | null} */
    #life = null;
    /** @type {Grid | null} */
    #grid = null;
    #feed = new Feed(this.#config.urls.rows, () => this.#state, {
      rows: (how) => this.#take(how),
      more: (rows) => this.#append(rows),
      problem: (problem) => this.#say(problem),
    });
    #bulk = new Bulk(this.#config.urls.act, {
      changed: () => this.#feed.load({ keep: true }),
      problem: (message) => this.#say(message ? { message } : null),
    });

    connectedCallback() {
      this.#life = new AbortController();
      const { signal } = this.#life;
      this.#grid ??= this.#makeGrid();
      if (!this.hasAttribute("data-ready")) {
        new Chooser(
          this.#part("column-list").closest(".pop") ?? this,
          this.#config.urls.keys,
          () => this.#state.columns,
          (columns) => this.#choose(columns),
        );
      }
      this.#drawn = this.#state.draw ?? [];
      this.addEventListener("click", (event) => this.#click(event), { signal });
      this.addEventListener("keydown", (event) => this.#key(event), { signal });
      this.addEventListener("submit", (event) => this.#submit(event), { signal });
      this.addEventListener("beforetoggle", () => this.#exports(), { signal, capture: true });
      this.addEventListener("pointerover", (event) => this.#over(event), { signal });
      document.addEventListener("runhighlight", (event) => this.#grid?.light(/** @type {CustomEvent} */ (event).detail.id), {
        signal,
      });
      document.addEventListener("visibilitychange", () => (document.hidden ? this.#feed.stop() : this.#feed.hurry()), { signal });
      addEventListener("popstate", () => this.#back(), { signal });
      this.querySelector("#move-runs")?.addEventListener("toggle", () => this.#targets(), { signal });
      this.#layout();
      this.#feed.load();
    }

    disconnectedCallback() {
      this.#life?.abort();
      this.#feed.stop();
    }

    #makeGrid() {
      const look = {
        isDrawn: (/** @type {string} */ id) => this.#drawn.includes(id),
        isChecked: (/** @type {string} */ id) => this.#checked.has(id),
        color: (/** @type {string} */ id) => (this.#drawn.includes(id) ? page.palette.of(id) : color(id)),
        url: (/** @type {string} */ id) => this.#config.urls.run.replace("/ID/", `/${id}/`),
        tree: () => this.#state.tree,
        best: () => this.#best,
      };
      const report = {
        near: () => this.#feed.more(),
        moved: (/** @type {string[]} */ columns) => this.#keep({ columns }),
      };
      return new Grid(this.#part("grid"), look, report);
    }

    /** @param {string} name @returns {HTMLElement} */
    #part(name) {
      return /** @type {HTMLElement} */ (this.querySelector(`[data-part="${name}"]`));
    }

    // --- state -----------------------------------------------------------------------------------------------------------

    /** @param {Partial<State>} part Into the address, and the columns into what is remembered of the person. */
    #keep(part, push = false) {
      this.#state = { ...this.#state, ...part };
      const url = new URL(location.href);
      writeState(this.#state, url.searchParams);
      if (push) history.pushState(null, "", url);
      else history.replaceState(history.state, "", url);
      if (part.columns) remember(`columns-${this.#config.experiment}`, part.columns.join(","));
    }

    #back() {
      this.#state = readState(new URLSearchParams(location.search), this.#config.columns);
      const input = /** @type {HTMLInputElement} */ (this.querySelector(".query__input"));
      if (input.value !== this.#state.filter) {
        input.value = this.#state.filter;
        input.dispatchEvent(new Event("input"));
        input.blur();
      }
      this.#drawn = this.#state.draw ?? this.#drawn;
      this.#layout();
      this.#feed.load();
    }

    /** @param {string[]} columns */
    #choose(columns) {
      this.#keep({ columns });
      this.#feed.load({ keep: true });
    }

    #layout() {
      const { layout, tree } = this.#state;
      this.dataset.layout = layout;
      for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-layout]"))) {
        button.setAttribute("aria-pressed", String(button.dataset.layout === layout));
      }
      this.querySelector("[data-act=tree]")?.setAttribute("aria-pressed", String(tree));
      this.#grid?.redraw();
    }

    // --- rows ------------------------------------------------------------------------------------------------------------

    #flat() {
      const { roots, below, open, better } = this.#feed;
      this.#rows = flatten(roots, below, open);
      this.#best = bestOf(this.#rows, better);
    }

    /** @param {"fresh" | "changed"} how */
    async #take(how) {
      this.#flat();
      if (this.#state.draw === null && !this.#drawn.length) this.#drawn = this.#rows.slice(0, DRAWN_AT_FIRST).map(({ id }) => id);
      page.palette.add(this.#drawn);
      this.#facts();
      this.#charts();
      if (how === "fresh") await this.#grid?.show(this.#state.columns, this.#state.sort, this.#rows);
      else await this.#grid?.update(this.#rows);
      this.toggleAttribute("data-ready", true);
    }

    /** @param {Row[]} roots */
    #append(roots) {
      const known = this.#rows.length;
      this.#flat();
      if (roots.length) this.#grid?.append(this.#rows.slice(known));
    }

    #facts() {
      const { count: found } = this.#feed;
      const words =
        found && this.#state.filter ? `${count(found.matching)} of ${count(found.total)}` : found ? count(found.total) : "";
      const place = this.querySelector(".query__count");
      if (place) place.textContent = found ? `${words}${found.counted ? "" : "+"} runs` : "";
      this.#part("column-count").textContent = String(this.#state.columns.length);
      this.#part("none").hidden = this.#rows.length > 0;
      this.#selection();
    }

    /** @param {import("../runs/feed.js").Problem | null} problem The place of a wrong filter is underlined in the bar. */
    #say(problem) {
      const place = this.#part("problem");
      place.hidden = problem === null;
      place.textContent = problem?.message ?? "";
      const bar = /** @type {HTMLElement} */ (this.querySelector("query-bar"));
      if (place.parentElement !== bar) bar.append(place);
      const input = /** @type {HTMLInputElement} */ (bar.querySelector(".query__input"));
      if (problem?.at === undefined) bar.removeAttribute("error-at");
      else {
        bar.setAttribute("error-length", String(problem.length ?? 1));
        bar.setAttribute("error-at", String(problem.at));
        input.setAttribute("aria-describedby", place.id);
      }
      input.toggleAttribute("aria-invalid", false);
      if (problem?.at !== undefined) input.setAttribute("aria-invalid", "true");
    }

    // --- drawn and selected ----------------------------------------------------------------------------------------------

    /** @param {string[]} drawn */
    #draw(drawn) {
      this.#drawn = drawn;
      page.palette.add(drawn);
      this.#keep({ draw: drawn });
      this.#grid?.remark();
      this.#charts();
      this.#selection();
    }

    #charts() {
      const { columns } = this.#state;
      const running = this.#rows.some(({ id, status }) => status === "running" && this.#drawn.includes(id));
      const drawn = this.#drawn;
      const cards = showCards(this.#part("charts"), columns, { drawn, running, src: this.#config.urls.curves });
      const none = this.#part("no-charts");
      none.hidden = cards > 0;
      const has = columns.some((id) => columnOf(id).entity === "metrics");
      none.textContent = has
        ? "No run is drawn. The eye in a row draws it."
        : "A metric that is a column of the table is a chart here.";
      // The element's script is fetched when the first card is there.
      if (cards && !customElements.get("chart-card")) import("./chart-card.js");
    }

    #selection() {
      const chosen = this.#checked.size;
      this.#part("bulk").hidden = chosen === 0;
      this.#part("selected").textContent = `${count(chosen)} selected`;
      this.#part("drawn").textContent = this.#state.layout === "charts" ? "" : `${count(this.#drawn.length)} drawn`;
      const all = /** @type {HTMLInputElement | null} */ (this.querySelector("[data-mark=all]"));
      if (!all) return;
      const here = this.#rows.filter(({ id }) => this.#checked.has(id)).length;
      all.checked = here > 0 && here === this.#rows.length;
      all.indeterminate = here > 0 && here < this.#rows.length;
    }

    /** @param {string[]} ids @param {boolean} on Runs below a selected one go with it. */
    #check(ids, on) {
      const below = this.#state.tree ? this.#rows.filter(({ parent }) => ids.includes(parent)).map(({ id }) => id) : [];
      for (const id of [...ids, ...below]) {
        if (on) this.#checked.add(id);
        else this.#checked.delete(id);
      }
      this.#grid?.remark();
      this.#selection();
    }

    // --- pointer and keys ------------------------------------------------------------------------------------------------

    /** @param {MouseEvent} event */
    #click(event) {
      const target = /** @type {Element} */ (event.target);
      const layout = /** @type {HTMLElement | null} */ (target.closest("[data-layout]:not(run-table)"))?.dataset.layout;
      if (layout) {
        this.#keep({ layout: /** @type {State["layout"]} */ (layout) });
        this.#layout();
        this.#selection();
      }
      const mark = /** @type {HTMLElement | null} */ (target.closest("[data-mark]"));
      if (mark) this.#mark(mark, event);
      const sort = /** @type {HTMLElement | null} */ (target.closest(".tabulator-col:not(.tabulator-col-group)"))?.querySelector(
        "[data-sort]",
      );
      if (sort && !target.closest(".tabulator-col-resize-handle"))
        this.#sortBy(sort.getAttribute("data-sort") ?? "", event.shiftKey);
      const act = target.closest("[data-act]")?.getAttribute("data-act");
      if (act) this.#act(act);
    }

    /** @param {HTMLElement} mark @param {MouseEvent} event */
    #mark(mark, event) {
      const id = /** @type {HTMLElement | null} */ (mark.closest("[data-run]"))?.dataset.run ?? "";
      const kind = mark.dataset.mark;
      if (kind === "fold") this.#feed.fold(id);
      else if (kind === "all") this.#checkAll(/** @type {HTMLInputElement} */ (mark).checked);
      else if (kind === "check") {
        const on = /** @type {HTMLInputElement} */ (mark).checked;
        const ids =
          event.shiftKey && this.#last
            ? between(
                this.#rows.map((row) => row.id),
                this.#last,
                id,
              )
            : [id];
        this.#last = id;
        this.#check(ids, on);
        this.#refocus(id, "check");
      } else if (kind === "draw") {
        // Alt shows this one alone.
        const others = this.#drawn.filter((other) => other !== id);
        this.#draw(event.altKey ? [id] : others.length < this.#drawn.length ? others : [...others, id]);
        this.#refocus(id, "draw");
      }
    }

    /** The row was written anew under the fingers. @param {string} id @param {string} kind */
    #refocus(id, kind) {
      /** @type {HTMLElement | null} */ (this.querySelector(`[data-run="${CSS.escape(id)}"] [data-mark=${kind}]`))?.focus({
        preventScroll: true,
      });
    }

    /** @param {boolean} on */
    #checkAll(on) {
      this.#checked = new Set(on ? this.#rows.map(({ id }) => id) : []);
      this.#grid?.remark();
      this.#selection();
    }

    /** @param {string} id @param {boolean} add */
    #sortBy(id, add) {
      const sort = nextSort(this.#state.sort, id, { add, numeric: this.#grid?.numeric.has(id) ?? false });
      this.#keep({ sort });
      this.#feed.load().then(() =>
        /** @type {HTMLElement | null} */ (this.querySelector(`[data-sort="${CSS.escape(id)}"]`))?.focus({
          preventScroll: true,
        }),
      );
    }

    /** @param {KeyboardEvent} event Alt and an arrow on a column's head move it. */
    #key(event) {
      const head = /** @type {HTMLElement} */ (event.target).closest?.("[data-sort]");
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const id = head?.getAttribute("data-sort") ?? "";
      const at = this.#state.columns.indexOf(id);
      if (!step || !event.altKey || at < 0) return;
      event.preventDefault();
      const columns = this.#state.columns.toSpliced(at, 1).toSpliced(Math.max(0, at + step), 0, id);
      this.#keep({ columns });
      this.#grid?.show(columns, this.#state.sort, this.#rows).then(() =>
        /** @type {HTMLElement | null} */ (this.querySelector(`[data-sort="${CSS.escape(id)}"]`))?.focus({
          preventScroll: true,
        }),
      );
      this.#charts();
    }

    /** @param {PointerEvent} event A row under the pointer thickens its lines. */
    #over(event) {
      const row = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".tabulator-row"));
      const id = row?.dataset.run ?? null;
      if (id ? this.#drawn.includes(id) : page.highlighted && !(/** @type {Element} */ (event.target).closest("chart-card")))
        page.highlight(id);
    }

    // --- what is done ----------------------------------------------------------------------------------------------------

    /** @param {string} act */
    #act(act) {
      const ids = [...this.#checked];
      const acts = /** @type {Record<string, () => void>} */ ({
        tree: () => {
          this.#keep({ tree: !this.#state.tree });
          this.#layout();
          this.#feed.load();
        },
        none: () => this.#checkAll(false),
        "draw-selected": () => this.#draw(this.#inOrder(ids)),
        compare: () => location.assign(`${this.#config.urls.compare}?runs=${this.#inOrder(ids).join(",")}`),
        delete: () => this.#remove(ids),
        restore: () => {
          this.#checkAll(false);
          this.#bulk.run("restore", ids, {}, { words: (runs) => `${runs} back`, undo: { act: "delete" } });
        },
        "usual-columns": () => {
          remember(`columns-${this.#config.experiment}`, "").then(() => {
            const url = new URL(location.href);
            url.searchParams.delete("columns");
            location.assign(url);
          });
        },
      });
      acts[act]?.();
    }

    /** @param {string[]} ids @returns {string[]} As the table has them. */
    #inOrder(ids) {
      const known = this.#rows.map(({ id }) => id);
      return ids.toSorted((a, b) => known.indexOf(a) - known.indexOf(b));
    }

    /** @param {string[]} ids */
    #remove(ids) {
      this.#checkAll(false);
      this.#draw(this.#drawn.filter((id) => !ids.includes(id)));
      this.#bulk.run("delete", ids, {}, { words: (runs) => `${runs} in the trash`, undo: { act: "restore" } });
      /** @type {HTMLElement | null} */ (this.querySelector("[data-mark=all]"))?.focus();
    }

    /** @param {SubmitEvent} event */
    #submit(event) {
      const form = /** @type {HTMLFormElement} */ (event.target);
      const fields = new FormData(form);
      const ids = [...this.#checked];
      if (form.matches(".query")) {
        event.preventDefault();
        this.#keep({ filter: String(fields.get("filter") ?? "").trim() }, true);
        this.#feed.load();
      } else if (form.dataset.part === "tag-form") {
        const [key, value] = [String(fields.get("key")), String(fields.get("value") ?? "")];
        this.#bulk.run("tag", ids, { key, value }, { words: (runs) => `${runs} tagged ${key}` });
        form.reset();
      } else if (form.dataset.part === "move-form") {
        const undo = { act: "move", to: String(this.#config.experiment) };
        this.#checkAll(false);
        this.#bulk.run("move", ids, { to: String(fields.get("to")) }, { words: (runs) => `${runs} moved`, undo });
      }
    }

    async #targets() {
      const select = /** @type {HTMLSelectElement} */ (this.querySelector("#move-to"));
      if (select.options.length) return;
      const answer = await fetch(this.#config.urls.targets, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { items } = await answer.json();
      select.replaceChildren(
        ...items.map((/** @type {{id: number, name: string}} */ { id, name }) => new Option(name, String(id))),
      );
    }

    #exports() {
      const base = this.#config.urls.export;
      this.#part("export-shown").setAttribute("href", `${base}?${question(this.#state)}`);
      this.#part("export-all").setAttribute("href", `${base}?${question({ ...this.#state, columns: ["all"] })}`);
    }
  },
);
