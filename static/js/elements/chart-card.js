import { Figure, fullX } from "../charts/figure.js";
import { gestures, isFlat } from "../charts/gestures.js";
import { Hovering } from "../charts/hovering.js";
import { page } from "../charts/page.js";
import { cardMarkup, footMarkup } from "../charts/parts.js";
import { RangeLayer } from "../charts/range.js";
import { savePng, saveText } from "../charts/save.js";
import { Source } from "../charts/source.js";
import { tableMarkup } from "../charts/table.js";
import { xWords } from "../charts/tip.js";
import { fragment } from "../lib/dom.js";
import { toCsv, toJson } from "../lib/export.js";
import { stepAtX, toLine } from "../lib/series.js";
import { middle, ordered, zoomed } from "../lib/zoom.js";

/** @typedef {import("../lib/series.js").Series} Series */
/** @typedef {import("../lib/series.js").Line} Line */
/** @typedef {import("../lib/zoom.js").Span} Span */

const NARROW = 340;
const KEYS = new Map(
  Object.entries({
    t: "table",
    r: "range",
    l: "log",
    f: "full",
    0: "fit",
    "+": "in",
    "=": "in",
    "-": "out",
    enter: "pin",
    escape: "release",
  }),
);
let made = 0;

/**
 * A metric of some runs as lines.
 *
 * `src` answers JSON (docs/charts.md); `key` is the metric, `runs` are ids with commas in the order of the view. `live` asks
 * again until nothing runs. `name` is the title (else the key), `heading` its level (3), `log` starts with a logarithmic y axis,
 * `pinned` shows the pin, `--h` in style is the height. Keys on the canvas: T table, R range, L log, F full screen, + − 0 zoom,
 * arrows walk along the points, Enter pins the table of the place, Escape lets go.
 */
export class ChartCard extends HTMLElement {
  static observedAttributes = ["src", "key", "runs", "live"];
  #id = `chart-${++made}`;
  /** @type {Series[]} */
  #series = [];
  /** @type {Series[]} Points of everything, kept while a part is shown. */
  #whole = [];
  /** @type {import("../charts/figure.js").Flag[]} */
  #flags = [];
  /** @type {Line[]} */
  #lines = [];
  /** @type {{x: Span | null, y: Span | null}} */
  #zoom = { x: null, y: null };
  /** @type {boolean | null} The card's own choice; null follows the page. */
  #log = null;
  /** @type {import("../charts/table.js").Sort | null} */
  #sort = null;
  #table = false;
  #inUse = false;
  #visible = false;
  #loaded = false;
  #frame = 0;
  /** @type {Figure | null} */
  #figure = null;
  /** @type {RangeLayer | null} */
  #range = null;
  /** @type {Hovering | null} */
  #hovering = null;
  /** @type {AbortController | null} */
  #life = null;
  #source = new Source(() => this.#question(), {
    onData: (data) => this.#take(data),
    onFailure: (seconds) => this.#say(`The server did not answer. Next try in ${seconds} s`),
  });

  connectedCallback() {
    if (!this.firstElementChild) this.#build();
    this.#life = new AbortController();
    const { signal } = this.#life;
    // Several changes may come in one call: the last one holds.
    const sight = new IntersectionObserver((seen) => this.#see(seen[seen.length - 1].isIntersecting), { rootMargin: "200px" });
    const size = new ResizeObserver(() => this.#later());
    sight.observe(this);
    size.observe(this.#body);
    signal.addEventListener("abort", () => {
      sight.disconnect();
      size.disconnect();
    });
    page.addEventListener("change", (event) => this.#settings(/** @type {CustomEvent} */ (event).detail), { signal });
    page.addEventListener("hover", () => this.#hovering?.drawLine(), { signal });
    page.addEventListener("highlight", () => this.#figure?.highlight(page.highlighted), { signal });
    document.addEventListener("themechange", () => this.#rebuild(), { signal });
    document.addEventListener("visibilitychange", () => this.#ask(), { signal });
    this.addEventListener("click", (event) => this.#click(event), { signal });
    this.#canvas.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#canvas.addEventListener("blur", () => this.#hovering?.letGo(), { signal });
    gestures(this.#canvas, this.#find(".chart__box"), this.#gestureHandler(), signal);
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#see(false);
  }

  attributeChangedCallback() {
    if (this.#visible && !this.#life?.signal.aborted) this.#source.zoom(this.#part());
  }

  // --- parts -----------------------------------------------------------------------------------------------------------

  #build() {
    const title = this.getAttribute("name") ?? this.#metric;
    this.append(
      fragment(
        cardMarkup({ id: this.#id, title, level: this.getAttribute("heading") ?? "3", pinned: this.hasAttribute("pinned") }),
      ),
    );
    this.classList.add("chart");
    this.setAttribute("role", "group");
    this.setAttribute("aria-labelledby", `${this.#id}-title`);
    if (this.hasAttribute("log")) this.#log = true;
    this.#hovering = new Hovering({
      card: this,
      canvas: this.#canvas,
      line: this.#find(".chart__hover"),
      figure: () => this.#figure,
      lines: () => this.#lines,
      color: colorOf,
    });
    this.#range = new RangeLayer({
      body: this.#body,
      canvas: this.#canvas,
      area: () => this.#figure?.area ?? null,
      toPixel: (value) => this.#figure?.pixel("x", value) ?? 0,
      toValue: (pixel) => this.#figure?.value("x", pixel) ?? 0,
      words: (value) => xWords(value, page.view.axis).replace("step ", ""),
      move: (value, by) => this.#hovering?.along(value, by) ?? value,
      change: (range) => page.change({ range }),
    });
    this.#name();
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }
  get #canvas() {
    return /** @type {HTMLCanvasElement} */ (this.#find("canvas"));
  }
  get #body() {
    return this.#find(".chart__body");
  }
  get #metric() {
    return this.getAttribute("key") ?? "";
  }
  get #isLog() {
    return this.#log ?? page.view.log;
  }

  /** @returns {import("../charts/source.js").Question} */
  #question() {
    const width = Math.max(200, Math.ceil(this.#body.clientWidth / 200) * 200);
    const runs = this.getAttribute("runs") ?? "";
    return { src: this.getAttribute("src") ?? "", key: this.#metric, runs, width, live: this.hasAttribute("live") };
  }

  #name() {
    const runs = this.#lines.length === 1 ? this.#lines[0].series.name : `${this.#lines.length} runs`;
    this.#canvas.setAttribute("aria-label", `${this.#metric} by ${page.view.axis} for ${runs}. T opens the table of values`);
  }

  /** @param {string} words Instead of the picture; "" when there is one. */
  #say(words) {
    const say = this.#find(".chart__say");
    say.textContent = words;
    say.hidden = words === "" || this.#lines.length > 0;
  }

  // --- data ------------------------------------------------------------------------------------------------------------

  /** @param {boolean} visible Off screen nothing is asked and no canvas is kept. */
  #see(visible) {
    this.#visible = visible;
    this.#ask();
    if (visible) this.#later();
    else this.#drop();
  }

  #ask() {
    if (this.#visible && !document.hidden) this.#source.start();
    else this.#source.stop();
  }

  /** @param {import("../charts/source.js").Data} data */
  #take({ series, flags, part }) {
    // An answer for a part that is no longer shown comes too late.
    if (part && !this.#zoom.x) return;
    this.#series = series;
    if (!part) this.#whole = series;
    this.#flags = flags;
    this.#loaded = true;
    page.palette.add((this.getAttribute("runs") ?? "").split(",").filter(Boolean));
    for (const { id, color } of series) if (color) page.palette.choose(id, color);
    this.toggleAttribute("data-live", this.hasAttribute("live") && series.some(({ running }) => running));
    this.#compute();
  }

  #compute() {
    const { axis, weight } = page.view;
    this.#lines = this.#series.filter(({ steps }) => steps.length > 0).map((series) => toLine(series, axis, weight));
    if (this.#loaded) this.#say(this.#lines.length ? "" : "No points yet");
    this.#name();
    this.#later();
  }

  /** @returns {Span | null} Steps to ask for: the zoomed part and a fifth before it, where smoothing takes its start from. */
  #part() {
    const { x } = this.#zoom;
    if (!x) return null;
    const ends = [x[0] - (x[1] - x[0]) * 0.2, x[1]];
    const toStep = (/** @type {Line} */ { series, xs }, /** @type {number} */ at) =>
      page.view.axis === "step" ? at : stepAtX(series, xs, at);
    const [from, to] = ends.map((at) => this.#lines.map((line) => toStep(line, at)).filter(Number.isFinite));
    return from.length ? [Math.floor(Math.min(...from)), Math.ceil(Math.max(...to))] : null;
  }

  // --- drawing ---------------------------------------------------------------------------------------------------------

  #later() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #drop() {
    this.#figure?.destroy();
    this.#figure = null;
  }

  #rebuild() {
    this.#drop();
    this.#later();
  }

  #draw() {
    this.#frame = 0;
    if (!this.#visible || !this.#loaded || !this.isConnected) return;
    const { axis, clip, weight, range } = page.view;
    const { clientWidth: pixels, clientHeight: height } = this.#body;
    if (!this.#lines.length) return this.#drop();
    this.#figure ??= new Figure(this.#canvas);
    this.#figure.show({
      lines: this.#lines,
      color: colorOf,
      axis,
      title: pixels < NARROW ? "" : this.#metric,
      log: this.#isLog,
      clip,
      ...this.#zoom,
      flags: this.#flags,
      pixels,
      height,
      highlighted: page.highlighted,
    });
    this.#range?.show(range, this.#inUse);
    const foot = footMarkup(this.#lines, { cut: this.#figure.cut, weight, color: colorOf });
    this.#find(".chart__foot").replaceChildren(fragment(foot));
    this.#find(".chart__head [data-act=fit]").hidden = !this.#zoom.x && !this.#zoom.y;
    this.#find(".pop [data-act=log]").setAttribute("aria-pressed", String(this.#isLog));
    this.#drawTable();
    this.#hovering?.drawLine();
  }

  #drawTable() {
    const table = this.#find(".chart__table");
    const { axis, range } = page.view;
    table.hidden = !this.#table && !(range && this.#inUse);
    this.#find(".pop [data-act=table]").setAttribute("aria-pressed", String(this.#table));
    if (table.hidden) return;
    const focused = table.contains(document.activeElement) ? document.activeElement?.getAttribute("data-sort") : null;
    table.replaceChildren(fragment(tableMarkup(this.#lines, { range, axis, sort: this.#sort, color: colorOf })));
    if (focused) /** @type {HTMLElement | null} */ (table.querySelector(`[data-sort="${focused}"]`))?.focus();
  }

  /** @param {string[]} changed Names of page settings. */
  #settings(changed) {
    if (changed.includes("axis")) {
      this.#zoom = { x: null, y: null };
      this.#series = this.#whole;
    }
    if (changed.includes("weight") || changed.includes("axis")) this.#compute();
    else this.#later();
  }

  // --- zoom and range --------------------------------------------------------------------------------------------------

  /** @param {{x?: Span | null, y?: Span | null}} part */
  #zoomTo(part) {
    this.#zoom = { ...this.#zoom, ...part };
    if (!this.#zoom.x && this.#series !== this.#whole) {
      this.#series = this.#whole;
      this.#compute();
    }
    if ("x" in part) this.#source.zoom(this.#part());
    this.#later();
  }

  /** @param {number} factor Under 1 zooms in. @param {number} [around] */
  #zoomBy(factor, around) {
    const spans = this.#figure?.spans;
    if (!spans) return;
    const whole = fullX(this.#whole.map((series) => toLine(series, page.view.axis, 0)));
    const centre = around ?? page.hovered?.x ?? (spans.x[0] + spans.x[1]) / 2;
    this.#zoomTo({ x: zoomed(spans.x, whole, centre, factor) });
  }

  /** @param {number} dx @param {number} dy Pixels. */
  #pan(dx, dy) {
    const figure = this.#figure;
    const spans = figure?.spans;
    if (!figure || !spans) return;
    const shift = (/** @type {"x" | "y"} */ name, /** @type {number} */ by) =>
      /** @type {Span} */ (spans[name].map((end) => figure.value(name, figure.pixel(name, end) - by)));
    this.#zoomTo({ x: shift("x", dx), ...(dy ? { y: shift("y", dy) } : {}) });
  }

  /** @param {Span | null} range */
  #select(range) {
    this.#use();
    page.change({ range });
  }

  /** This card gets the handles and the table of the range; the others show its edges. */
  #use() {
    for (const card of document.querySelectorAll("chart-card")) {
      if (!(card instanceof ChartCard)) continue;
      card.#inUse = card === this;
      card.#later();
    }
  }

  // --- pointer and keys ------------------------------------------------------------------------------------------------

  /** @returns {import("../charts/gestures.js").Handler} */
  #gestureHandler() {
    const x = (/** @type {number} */ pixel) => this.#figure?.value("x", pixel) ?? 0;
    const y = (/** @type {number} */ pixel) => this.#figure?.value("y", pixel) ?? 0;
    return {
      area: () => this.#figure?.area ?? null,
      hover: (place) => this.#hovering?.over(place),
      leave: () => this.#hovering?.out(),
      press: (place) => {
        this.#use();
        this.#hovering?.press(place);
      },
      zoom: (from, to) => {
        const high = isFlat(from, to) ? {} : { y: ordered(y(from.y), y(to.y)) };
        this.#zoomTo({ x: ordered(x(from.x), x(to.x)), ...high });
      },
      pan: (dx, dy) => this.#pan(dx, dy),
      select: (from, to) => this.#select(ordered(x(from), x(to))),
      wheel: (at, factor) => this.#zoomBy(factor, x(at)),
      fit: () => this.#act("fit"),
    };
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const act = KEYS.get(event.key.toLowerCase());
    if (step) this.#hovering?.walk(event.shiftKey ? step * 10 : step);
    else if (act) this.#act(act);
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const sort = target.closest("[data-sort]")?.getAttribute("data-sort");
    if (sort) {
      this.#sort = { key: sort, down: this.#sort?.key === sort && !this.#sort.down };
      this.#drawTable();
    }
    const act = target.closest("[data-act]")?.getAttribute("data-act");
    if (!act) return;
    /** @type {HTMLElement | null} */ (target.closest("[popover]"))?.hidePopover();
    this.#act(act);
  }

  /** @param {string} act A word of KEYS or of the menu. */
  #act(act) {
    const name = this.#metric;
    const acts = /** @type {Record<string, () => void>} */ ({
      table: () => {
        this.#table = !this.#table;
        this.#drawTable();
      },
      range: () => this.#select(page.view.range || !this.#figure?.spans ? null : middle(this.#figure.spans.x)),
      log: () => {
        this.#log = !this.#isLog;
        this.#zoomTo({ y: null });
      },
      full: () => (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()),
      fit: () => this.#zoomTo({ x: null, y: null }),
      in: () => this.#zoomBy(0.5),
      out: () => this.#zoomBy(2),
      pin: () => this.#hovering?.togglePin(),
      release: () => (this.#hovering?.isOver ? this.#hovering.letGo() : this.#select(null)),
      png: () => this.#figure && savePng(name, this.#figure.png()),
      csv: () => saveText(name, "csv", toCsv(this.#lines), "text/csv"),
      json: () => saveText(name, "json", toJson(name, this.#lines), "application/json"),
    });
    acts[act]?.();
  }
}

/** @param {Line} line @returns {string} */
function colorOf({ series }) {
  return page.palette.of(series.id);
}

customElements.define("chart-card", ChartCard);
