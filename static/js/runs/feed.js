// Rows from the server: page by page, children of opened runs, and what changed since.
import { Poller } from "../lib/poll.js";
import { append, renew } from "../lib/table-rows.js";
import { question } from "../lib/table-state.js";

/** @typedef {import("../lib/table-rows.js").Row} Row */
/** @typedef {import("../lib/table-state.js").State} State */
/** @typedef {{message: string, at?: number, length?: number}} Problem */
/** @typedef {{rows: Row[], next: string, better: Record<string, number>, matching?: number, total?: number, counted?: boolean}} Answer */

const PAGE = 200;
const MOST = 1000;
const INTERVAL = 3000;

export class Feed {
  /** @type {Row[]} */
  roots = [];
  /** @type {Map<string, Row[]>} */
  below = new Map();
  /** @type {Set<string>} */
  open = new Set();
  /** @type {Record<string, number>} */
  better = {};
  /** @type {{matching: number, total: number, counted: boolean} | null} */
  count = null;
  loaded = false;
  #next = "";
  #url;
  #state;
  #report;
  /** @type {string | null} */
  #etag = null;
  #more = false;
  /** @type {AbortController} */
  #asking = new AbortController();
  #poller = new Poller(() => this.#poll(), { interval: INTERVAL });

  /**
   * @param {string} url @param {() => State} state
   * @param {{rows: (how: "fresh" | "changed") => void, more: (rows: Row[]) => void, problem: (problem: Problem | null) => void}} report
   */
  constructor(url, state, report) {
    this.#url = url;
    this.#state = state;
    this.#report = report;
  }

  /** Everything anew. @param {{keep?: boolean}} [how] `keep`: as many rows as there are, for other columns of the same. */
  async load({ keep = false } = {}) {
    this.stop();
    this.#asking = new AbortController();
    if (!keep) [this.below, this.open] = [new Map(), new Set()];
    try {
      await this.#take(keep ? this.#length : PAGE, null);
      this.#report.problem(null);
      this.#report.rows("fresh");
    } catch (error) {
      if (!this.#asking.signal.aborted) this.#report.problem(await problemOf(error));
      if (!(error instanceof Refusal && error.status === 400)) this.start();
      return;
    }
    this.start();
  }

  start() {
    if (!document.hidden) this.#poller.start(false);
  }

  stop() {
    this.#poller.stop();
    this.#asking.abort();
  }

  /** Asks at once and not only when its time has come. */
  hurry() {
    this.#poller.stop();
    this.#poller.start();
  }

  /** The next page, if there is one and it is not on its way. */
  async more() {
    if (!this.#next || this.#more) return;
    this.#more = true;
    try {
      const { signal } = this.#asking;
      const answer = await this.#ask({ page: this.#next, limit: String(PAGE), ...this.#level("") }, signal);
      const known = this.roots.length;
      this.roots = append(this.roots, answer.rows);
      this.#next = answer.next;
      this.#report.more(this.roots.slice(known));
    } catch {
      // The next scroll asks again.
    } finally {
      this.#more = false;
    }
  }

  /** @param {string} id Opens or closes a run. */
  async fold(id) {
    if (this.open.has(id)) this.open.delete(id);
    else {
      this.below.set(id, await this.#children(id));
      this.open.add(id);
    }
    this.#report.rows("changed");
  }

  get #length() {
    return Math.max(PAGE, Math.min(MOST, this.roots.length));
  }

  /** @param {string} parent @returns {Record<string, string>} */
  #level(parent) {
    return this.#state().tree ? { tree: "1", parent } : {};
  }

  /** @param {Record<string, string>} more @param {AbortSignal} signal @returns {Promise<Answer>} */
  async #ask(more, signal) {
    const answer = await fetch(`${this.#url}?${question(this.#state(), more)}`, {
      headers: { Accept: "application/json" },
      signal,
    });
    if (!answer.ok) throw new Refusal(answer);
    return answer.json();
  }

  /** @param {string} id */
  async #children(id) {
    const { rows } = await this.#ask({ limit: String(MOST), ...this.#level(id) }, this.#asking.signal);
    return rows;
  }

  /** @param {number} limit @param {string | null} etag @returns {Promise<boolean>} Whether anything is new. */
  async #take(limit, etag) {
    const url = `${this.#url}?${question(this.#state(), { limit: String(limit), ...this.#level("") })}`;
    const { signal } = this.#asking;
    const headers = { Accept: "application/json", ...(etag ? { "If-None-Match": etag } : {}) };
    const answer = await fetch(url, { headers, signal, cache: "no-store" });
    if (answer.status === 304) return false;
    if (!answer.ok) throw new Refusal(answer);
    const { rows, next, better, matching, total, counted } = /** @type {Answer} */ (await answer.json());
    if (signal.aborted) return false;
    this.roots = etag === null ? rows : renew(this.roots, rows, next === "");
    if (this.roots.length <= limit) this.#next = next;
    this.better = better;
    if (matching !== undefined && total !== undefined) this.count = { matching, total, counted: counted !== false };
    [this.#etag, this.loaded] = [answer.headers.get("ETag"), true];
    return true;
  }

  async #poll() {
    if (document.hidden) return false;
    if (this.#asking.signal.aborted) this.#asking = new AbortController();
    const changed = await this.#take(this.#length, this.#etag ?? "none");
    if (changed) {
      for (const id of this.open) this.below.set(id, await this.#children(id));
      this.#report.problem(null);
      this.#report.rows("changed");
    }
    return true;
  }
}

/** An answer that is no rows. */
class Refusal extends Error {
  /** @param {Response} answer */
  constructor(answer) {
    super(`${answer.status}`);
    this.answer = answer;
    this.status = answer.status;
  }
}

/** @param {unknown} error @returns {Promise<Problem>} */
async function problemOf(error) {
  if (!(error instanceof Refusal)) return { message: "The server did not answer. It is asked again in a few seconds." };
  return error.answer.json().catch(() => ({ message: `The server answered ${error.status}.` }));
}
