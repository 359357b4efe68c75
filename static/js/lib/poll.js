// Asking again and again, politely: the interval grows while the server fails, and nothing is asked while nobody looks.

/**
 * @typedef {object} Clock
 * @property {(run: () => void, ms: number) => unknown} start
 * @property {(timer: any) => void} stop
 */

/** @type {Clock} */
const WINDOW_CLOCK = { start: (run, ms) => setTimeout(run, ms), stop: (timer) => clearTimeout(timer) };

/** Calls `ask` every `interval` ms, one call at a time; `ask` says whether to go on, and throws when the server failed. */
export class Poller {
  #ask;
  #interval;
  #slowest;
  #clock;
  /** @type {unknown} */
  #timer = null;
  #running = false;
  #busy = false;
  #again = false;
  #failures = 0;

  /**
   * @param {() => Promise<boolean>} ask
   * @param {{interval?: number, slowest?: number, clock?: Clock}} [options] Milliseconds.
   */
  constructor(ask, { interval = 1500, slowest = 30000, clock = WINDOW_CLOCK } = {}) {
    this.#ask = ask;
    this.#interval = interval;
    this.#slowest = slowest;
    this.#clock = clock;
  }

  get running() {
    return this.#running;
  }

  /** @returns {number} Milliseconds until the next call after the present number of failures. */
  get delay() {
    return Math.min(this.#slowest, this.#interval * 2 ** this.#failures);
  }

  /** @param {boolean} [now] Whether the first call is at once or after an interval. */
  start(now = true) {
    if (this.#running) return;
    this.#running = true;
    if (now) this.#turn();
    else this.#schedule();
  }

  stop() {
    this.#running = false;
    if (this.#timer !== null) this.#clock.stop(this.#timer);
    this.#timer = null;
  }

  #schedule() {
    if (!this.#running || this.#timer !== null) return;
    this.#timer = this.#clock.start(() => {
      this.#timer = null;
      this.#turn();
    }, this.delay);
  }

  async #turn() {
    // Started anew while the last call was still out: the next one follows at once.
    this.#again = this.#busy;
    if (this.#busy) return;
    this.#busy = true;
    try {
      const goOn = await this.#ask();
      this.#failures = 0;
      if (!goOn) this.stop();
    } catch {
      this.#failures += 1;
    } finally {
      this.#busy = false;
      if (this.#again && this.#running) this.#turn();
      else this.#schedule();
    }
  }
}

/**
 * A conditional GET: null when nothing changed since `etag`.
 * @param {string} url
 * @param {string | null} etag
 * @param {AbortSignal} [signal]
 * @returns {Promise<{data: any, etag: string | null} | null>} Rejects for every answer that is neither data nor "unchanged".
 */
export async function getIfChanged(url, etag, signal) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (etag) headers["If-None-Match"] = etag;
  const answer = await fetch(url, { headers, signal, cache: "no-store" });
  if (answer.status === 304) return null;
  if (!answer.ok) throw new Error(`${answer.status}`);
  return { data: await answer.json(), etag: answer.headers.get("ETag") };
}
