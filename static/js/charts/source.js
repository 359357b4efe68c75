// The data behind a card: asks `src`, again while something is running, and anew for a part that is zoomed into.
import { getIfChanged, Poller } from "../lib/poll.js";
import { parse } from "../lib/series.js";

/** @typedef {import("../lib/series.js").Series} Series */
/** @typedef {import("./figure.js").Flag} Flag */
/**
 * @typedef {object} Data
 * @property {Series[]} series
 * @property {Flag[]} flags
 * @property {boolean} part Whether these are the points of the zoomed part only.
 */
/** @typedef {{src: string, key: string, runs: string, width: number, live: boolean}} Question */

const SETTLE = 150;

/** Reports by `onData` and `onFailure`; nothing is asked before `start` and after `stop`. */
export class Source {
  /** @type {[number, number] | null} Steps. */
  #part = null;
  #tag = { url: "", etag: /** @type {string | null} */ (null) };
  #settling = 0;
  /** @type {AbortController | null} */
  #asking = null;
  #poller;
  #question;
  #report;

  /**
   * @param {() => Question} question
   * @param {{onData: (data: Data) => void, onFailure: (seconds: number) => void}} report
   */
  constructor(question, report) {
    this.#question = question;
    this.#report = report;
    this.#poller = new Poller(() => this.#ask());
  }

  start() {
    this.#poller.start();
  }

  stop() {
    clearTimeout(this.#settling);
    this.#poller.stop();
    this.#asking?.abort();
    this.#asking = null;
  }

  /** Asks anew, for a part of the steps or for everything; a burst of calls asks once. @param {[number, number] | null} part */
  zoom(part) {
    this.#part = part;
    clearTimeout(this.#settling);
    this.#settling = window.setTimeout(() => {
      this.stop();
      this.start();
    }, SETTLE);
  }

  get #url() {
    const { src, key, runs, width } = this.#question();
    const url = new URL(src, location.href);
    const parts = { key, runs, width: String(width), start: this.#part?.[0], end: this.#part?.[1] };
    for (const [name, value] of Object.entries(parts)) {
      if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  /** @returns {Promise<boolean>} Whether more is to be expected. */
  async #ask() {
    const url = this.#url;
    const part = this.#part !== null;
    const { live } = this.#question();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const answer = await getIfChanged(url, url === this.#tag.url ? this.#tag.etag : null, signal);
      if (!answer) return live;
      this.#tag = { url, etag: answer.etag };
      const series = /** @type {Series[]} */ (answer.data.series.map(parse));
      this.#report.onData({ series, flags: answer.data.events ?? [], part });
      return live && (series.length === 0 || series.some(({ running }) => running));
    } catch (error) {
      if (signal.aborted) return this.#poller.running;
      this.#report.onFailure(Math.round((this.#poller.delay * 2) / 1000));
      throw error;
    }
  }
}
