import { partsOf, plainPen, textOf } from "../lib/ansi.js";
import { count, bytes as sizeText } from "../lib/format.js";
import { cutAt, LogWindow, levelOf, timeText } from "../lib/log-window.js";
import { Poller } from "../lib/poll.js";

/** @typedef {import("../lib/log-window.js").Line} Line */
/** @typedef {import("../lib/log-window.js").Piece} Piece */
/** @typedef {{start: number, line: number}} Hit */

const PART = 96 * 1024; // more than the longest line
const NEAR = 400; // px from an edge where the next part is fetched
const CLOSE = 24; // px from the end that still count as being there
const TYPING = 250;
const INTERVAL = 900;

/**
 * A log of any length: `src` answers `?start=&limit=` with bytes and says in headers where they begin and end, how long the log
 * is and whether that is all; `search` answers `?q=&start=` with hits, `lines` counts lines between two offsets. Only a part is in
 * the page; what is left out stands above and below as a bar. It follows the end until one scrolls up. `since` is where times
 * begin.
 */
customElements.define(
  "log-view",
  class extends HTMLElement {
    /** @type {AbortController | null} */
    #life = null;
    #window = new LogWindow();
    #poller = new Poller(() => this.#poll(), { interval: INTERVAL });
    #size = 0;
    #complete = false;
    #following = false;
    #busy = false;
    /** The change that is under way. */
    #change = Promise.resolve();
    #top = 0;
    /** A place whose line number is known. */
    #known = { at: 0, line: 1 };
    #typing = 0;
    #showsClock = false;
    #errors = 0;
    #words = "";
    /** @type {Hit[]} */
    #hits = [];
    #hit = -1;
    /** Where a search goes on, and how many lines lie before. @type {{start: number, lines: number} | null} */
    #further = null;
    /** @type {AbortController | null} */
    #searching = null;
    /** What of each piece is in the page, and the colours that its last line ended with.
     * @type {Map<Piece, {part: HTMLElement, pen: import("../lib/ansi.js").Pen}>} */
    #drawn = new Map();
    /** When the first line was written, once that was seen. */
    #began = Number.NaN;

    connectedCallback() {
      this.#life = new AbortController();
      const { signal } = this.#life;
      this.#box.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
      this.addEventListener("click", (event) => this.#click(event), { signal });
      const field = this.#field;
      field?.addEventListener("input", () => this.#type(), { signal });
      field?.addEventListener("keydown", (event) => this.#key(event), { signal });
      document.addEventListener("visibilitychange", () => (document.hidden ? this.#poller.stop() : this.#poller.start()), {
        signal,
      });
      this.#following = this.dataset.live !== undefined;
      this.#open();
    }

    disconnectedCallback() {
      this.#life?.abort();
      this.#searching?.abort();
      this.#poller.stop();
    }

    get #box() {
      return /** @type {HTMLElement} */ (this.querySelector(".log"));
    }
    get #field() {
      return /** @type {HTMLInputElement | null} */ (this.querySelector("[data-part=search]"));
    }
    get #since() {
      if (this.#showsClock) return Number.NaN;
      return Date.parse(this.getAttribute("since") ?? "") || this.#began;
    }
    get #isAtEnd() {
      return this.#box.scrollTop + this.#box.clientHeight >= this.#box.scrollHeight - CLOSE;
    }
    get #isWhole() {
      return this.#window.end >= this.#size;
    }

    /** @param {string} name @returns {HTMLElement | null} */
    #part(name) {
      return this.querySelector(`[data-part="${name}"]`);
    }

    // ---- asking

    /** @param {number} start @param {number} [limit] */
    async #ask(start, limit = PART) {
      const answer = await fetch(`${this.getAttribute("src")}?${new URLSearchParams({ start: `${start}`, limit: `${limit}` })}`, {
        cache: "no-store",
        signal: this.#life?.signal,
      });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const header = (/** @type {string} */ name) => Number(answer.headers.get(`X-Log-${name}`));
      this.#size = header("Size");
      this.#complete = answer.headers.get("X-Log-Complete") === "1";
      return { start: header("Start"), bytes: new Uint8Array(await answer.arrayBuffer()) };
    }

    /** Begins at the end of the log. */
    async #open() {
      await this.#alone(() => this.#showEnd()).catch(() => {});
      if (!document.hidden && this.#life && !this.#life.signal.aborted) this.#poller.start(false);
    }

    async #showEnd() {
      const part = await this.#ask(-PART);
      this.#window.reset(part.bytes, part.start);
      this.#draw();
      this.#toEnd();
      this.#number();
    }

    /** @returns {Promise<boolean>} Whether to ask again. */
    async #poll() {
      if (this.#busy) return true;
      if (this.#following || (this.#isAtEnd && this.#isWhole)) await this.#alone(() => this.#grow());
      else await this.#ask(this.#size, 0);
      this.#foot();
      return !this.#complete || (this.#following && !this.#isWhole);
    }

    /** Adds what was written since, or the part below. */
    async #grow() {
      if (this.#following && this.#size - this.#window.end > 2 * PART) return this.#showEnd();
      const part = await this.#ask(this.#window.end);
      if (!part.bytes.length) return;
      const { added } = this.#window.append(part.bytes);
      if (this.dataset.live !== undefined) this.#count(added);
      this.#keep(() => this.#draw());
      if (this.#following) this.#toEnd();
    }

    /** Adds the part above. */
    async #rise() {
      const { start } = this.#window;
      if (start === 0) return;
      const from = Math.max(0, start - PART);
      const part = await this.#ask(from, start - from);
      this.#window.prepend(part.bytes, from);
      this.#keep(() => this.#draw());
    }

    /**
     * Shows another place of the log.
     * @param {number} offset Of a line's beginning.
     * @param {number | null} line Its number from 1, if that is known.
     */
    async #jump(offset, line) {
      if (!this.#window.has(offset)) {
        const part = await this.#ask(Math.max(0, offset - PART / 2));
        this.#window.reset(part.bytes, part.start);
      }
      if (line !== null && this.#window.first === null) this.#window.first = line - this.#window.linesBefore(offset);
      this.#draw();
    }

    /** Finds out the number of the first line where nobody knows it. */
    async #number() {
      const { start, first } = this.#window;
      const address = this.getAttribute("lines");
      if (first !== null || !address) return;
      const from = this.#known.at <= start ? this.#known : { at: 0, line: 1 };
      const query = new URLSearchParams({ start: `${from.at}`, end: `${start}` });
      const answer = await fetch(`${address}?${query}`, { signal: this.#life?.signal }).catch(() => null);
      if (!answer?.ok) return;
      this.#known = { at: start, line: from.line + (await answer.json()).lines };
      // Meanwhile lines may have come or gone above: the one that was counted to is still the same.
      if (this.#window.first === null && this.#window.has(start))
        this.#window.first = this.#known.line - this.#window.linesBefore(start);
      this.#foot();
    }

    /** One change of the window at a time. @param {() => Promise<void>} work */
    #alone(work) {
      const turn = this.#change.then(() => this.#turn(work));
      this.#change = turn.catch(() => {});
      return turn;
    }

    /** @param {() => Promise<void>} work */
    async #turn(work) {
      this.#busy = true;
      try {
        await work();
        this.#foot();
        this.#part("trouble")?.toggleAttribute("hidden", true);
      } catch (error) {
        if (this.#life?.signal.aborted) return;
        this.#part("trouble")?.toggleAttribute("hidden", false);
        throw error;
      } finally {
        this.#busy = false;
      }
    }

    // ---- drawing

    /** Draws lines that are not in the page yet and removes the pieces that are not in the window any more. */
    #draw() {
      const box = this.#box;
      if (this.#window.start === 0 && Number.isNaN(this.#began))
        this.#began = this.#window.pieces[0]?.lines[0]?.time ?? Number.NaN;
      for (const [piece, { part }] of this.#drawn) {
        if (this.#window.pieces.includes(piece)) continue;
        part.remove();
        this.#drawn.delete(piece);
      }
      let before = /** @type {Element} */ (this.#part("above"));
      for (const piece of this.#window.pieces) {
        const drawn = this.#drawn.get(piece) ?? { part: document.createElement("div"), pen: plainPen() };
        this.#drawn.set(piece, drawn);
        const { part, pen } = drawn;
        part.append(this.#lines(piece.lines.slice(part.childElementCount), pen));
        if (before.nextElementSibling !== part) before.after(part);
        before = part;
      }
      const open = this.#window.open;
      this.#part("open")?.replaceChildren(...(open ? [this.#lines([open], plainPen())] : []));
      box.toggleAttribute("data-empty", this.#window.count === 0);
    }

    #redraw() {
      this.#keep(() => {
        for (const { part } of this.#drawn.values()) part.remove();
        this.#drawn.clear();
        this.#draw();
      });
    }

    /** @param {Line[]} lines @param {import("../lib/ansi.js").Pen} pen */
    #lines(lines, pen) {
      const fragment = document.createDocumentFragment();
      const since = this.#since;
      const hit = this.#hits[this.#hit]?.start;
      for (const line of lines) {
        const row = document.createElement("div");
        row.className = "log__line";
        row.dataset.at = String(line.at);
        if (line.at === hit) row.dataset.hit = "";
        const [number, time, text] = [0, 0, 0].map(() => document.createElement("span"));
        time.textContent = timeText(line.time, since);
        const parts = partsOf(line.text, pen);
        const level = levelOf(parts.map((part) => part.text).join(""));
        if (level) row.dataset.level = level;
        for (const part of parts) text.append(...this.#spans(part, level));
        row.append(number, time, text);
        fragment.append(row);
      }
      return fragment;
    }

    /** @param {{text: string, classes: string}} part @param {string} level @returns {Node[]} */
    #spans({ text, classes }, level) {
      const shown = level === "note" ? text.replace(/^=== | ===$/g, "") : text;
      const nodes = cutAt(shown, this.#words).map((cut) => {
        if (!cut.isHit) return document.createTextNode(cut.text);
        const mark = document.createElement("mark");
        mark.textContent = cut.text;
        return mark;
      });
      if (!classes) return nodes;
      const span = document.createElement("span");
      span.className = classes;
      span.append(...nodes);
      return [span];
    }

    /** Changes lines without moving the one that is read. @param {() => void} change */
    #keep(change) {
      const box = this.#box;
      const top = box.getBoundingClientRect().top;
      const anchor = [...box.querySelectorAll(".log__line")].find((row) => row.getBoundingClientRect().bottom > top);
      const at = /** @type {HTMLElement | undefined} */ (anchor)?.dataset.at;
      const before = anchor?.getBoundingClientRect().top ?? 0;
      change();
      const after = box.querySelector(`[data-at="${at}"]`)?.getBoundingClientRect().top;
      if (after !== undefined) box.scrollTop += after - before;
    }

    #foot() {
      const { first, start, end } = this.#window;
      const box = this.#box;
      box.style.setProperty("--before", String((first ?? 1) - 1));
      box.style.setProperty("--digits", String(`${(first ?? 1) + this.#window.count}`.length));
      box.toggleAttribute("data-unnumbered", first === null);
      const above = this.#part("above");
      if (above) {
        above.hidden = start === 0;
        above.textContent = first === null ? `${sizeText(start)} above, show` : `Lines 1 to ${count(first - 1)} are above, show`;
      }
      const below = this.#part("below");
      if (below) {
        below.hidden = this.#isWhole || this.#following;
        below.textContent = `${sizeText(this.#size - end)} below, show`;
      }
      const lines = first === null || !this.#isWhole ? "" : `${count(first + this.#window.count - 1)} lines, `;
      const size = this.#part("size");
      if (size) size.textContent = `${lines}${sizeText(this.#size)}`;
      const isLive = this.dataset.live !== undefined && !this.#complete;
      this.#part("live")?.toggleAttribute("hidden", !isLive);
      this.#part("follow")?.setAttribute("aria-pressed", String(this.#following && isLive));
    }

    /** Says how many errors came, to whoever does not see them. @param {Line[]} lines */
    #count(lines) {
      this.#errors += lines.filter(({ text }) => levelOf(textOf(text)) === "error").length;
      const status = this.#part("errors");
      if (status && this.#errors) status.textContent = this.#errors === 1 ? "1 new error" : `${this.#errors} new errors`;
    }

    // ---- moving

    #toEnd() {
      this.#box.scrollTop = this.#box.scrollHeight;
    }

    #scrolled() {
      const box = this.#box;
      const isUp = box.scrollTop < this.#top - 1;
      this.#top = box.scrollTop;
      if (this.#following && isUp && !this.#isAtEnd) {
        this.#following = false;
        this.#foot();
      }
      if (this.#busy) return;
      if (box.scrollTop < NEAR && this.#window.start > 0) this.#alone(() => this.#rise()).catch(() => {});
      else if (box.scrollTop + box.clientHeight > box.scrollHeight - NEAR && !this.#isWhole)
        this.#alone(() => this.#grow()).catch(() => {});
    }

    /** @param {MouseEvent} event */
    #click(event) {
      const button = /** @type {Element} */ (event.target).closest?.("button[data-part]");
      const act = {
        follow: () => this.#follow(),
        start: () => this.#toStart(),
        time: () => this.#clock(),
        above: () => this.#alone(() => this.#rise()),
        below: () => this.#alone(() => this.#grow()),
        next: () => this.#step(1),
        previous: () => this.#step(-1),
      }[/** @type {HTMLElement | null} */ (button)?.dataset.part ?? ""];
      act?.()?.catch(() => {});
    }

    async #follow() {
      const isLive = this.dataset.live !== undefined && !this.#complete;
      if (this.#following && isLive) {
        this.#following = false;
        this.#foot();
        return;
      }
      this.#following = isLive;
      await this.#alone(() => (this.#isWhole ? Promise.resolve(this.#toEnd()) : this.#showEnd()));
      this.#poller.start(false);
    }

    async #toStart() {
      this.#following = false;
      await this.#alone(() => this.#jump(0, 1));
      this.#box.scrollTop = 0;
    }

    async #clock() {
      this.#showsClock = !this.#showsClock;
      this.#part("time")?.setAttribute("aria-pressed", String(this.#showsClock));
      this.#redraw();
    }

    // ---- searching

    #type() {
      clearTimeout(this.#typing);
      this.#typing = window.setTimeout(() => this.#search(), TYPING);
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      const field = /** @type {HTMLInputElement} */ (this.#field);
      if (event.key === "Escape" && field.value) {
        event.preventDefault();
        field.value = "";
        this.#type();
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (field.value.trim() === this.#words && this.#hits.length) this.#step(event.shiftKey ? -1 : 1).catch(() => {});
        else this.#search();
      }
    }

    async #search() {
      clearTimeout(this.#typing);
      const words = this.#field?.value.trim() ?? "";
      if (words === this.#words) return;
      this.#searching?.abort();
      this.#searching = new AbortController();
      this.#words = words;
      this.#hits = [];
      this.#hit = -1;
      this.#further = words ? { start: 0, lines: 0 } : null;
      this.#found();
      try {
        await this.#more();
        if (this.#hits.length) await this.#step(1);
        else this.#redraw();
      } catch {
        // Another search began, or the server is away: the next key tries again.
      }
    }

    /** Looks on until there is another hit, or the end. */
    async #more() {
      const { signal } = /** @type {AbortController} */ (this.#searching);
      const had = this.#hits.length;
      while (this.#further && this.#hits.length === had) {
        const { start, lines } = this.#further;
        const query = new URLSearchParams({ q: this.#words, start: `${start}` });
        const answer = await fetch(`${this.getAttribute("search")}?${query}`, { signal });
        if (!answer.ok) throw new Error(`${answer.status}`);
        const found = await answer.json();
        this.#hits.push(
          ...found.hits.map((/** @type {{start: number, lines: number}} */ hit) => ({
            start: hit.start,
            line: lines + hit.lines + 1,
          })),
        );
        this.#further = found.next === null ? null : { start: found.next, lines: lines + found.lines };
      }
      this.#found();
    }

    /** @param {number} by 1 for the next hit, -1 for the one before. */
    async #step(by) {
      if (by > 0 && this.#hit + 1 >= this.#hits.length && this.#further) await this.#more();
      if (!this.#hits.length) return;
      this.#hit = (this.#hit + by + this.#hits.length) % this.#hits.length;
      this.#following = false;
      const { start, line } = this.#hits[this.#hit];
      await this.#alone(() => this.#jump(start, line));
      this.#redraw();
      this.#box.querySelector(`[data-at="${start}"]`)?.scrollIntoView({ block: "center" });
      this.#found();
      this.#foot();
    }

    #found() {
      const label = this.#part("hits");
      const total = `${count(this.#hits.length)}${this.#further && this.#hits.length ? "+" : ""}`;
      if (label)
        label.textContent = this.#words
          ? this.#further && !this.#hits.length
            ? "…"
            : `${Math.max(0, this.#hit + 1)} of ${total}`
          : "";
      for (const name of ["next", "previous"]) this.#part(name)?.toggleAttribute("hidden", !this.#hits.length);
    }
  },
);
