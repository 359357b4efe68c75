// What is done to the selected runs at once. The server answers what was done and why the rest was not.
import { toast } from "../elements/toast-stack.js";
import { csrfToken } from "../lib/http.js";

/** @typedef {{done: string[], failed: {run: string, message: string}[]}} Result */

/** @param {number} number @returns {string} */
export function runsInWords(number) {
  return number === 1 ? "1 run" : `${number} runs`;
}

/**
 * @param {string} url @param {Record<string, string>} fields
 * @returns {Promise<Result>} Rejects with what the server says if nothing could be done.
 */
async function send(url, fields) {
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers });
  if (answer.ok) return answer.json();
  const said = await answer.json().catch(() => ({}));
  throw new Error(said.message ?? `The server answered ${answer.status}.`);
}

export class Bulk {
  #url;
  #report;

  /** @param {string} url @param {{changed: () => void, problem: (words: string) => void}} report */
  constructor(url, report) {
    this.#url = url;
    this.#report = report;
  }

  /**
   * @param {string} act @param {string[]} runs @param {Record<string, string>} [more]
   * @param {{words: (done: string) => string, undo?: Record<string, string>}} [after]
   */
  async run(act, runs, more = {}, after = undefined) {
    this.#report.problem("");
    try {
      const { done, failed } = await send(this.#url, { act, runs: runs.join(","), ...more });
      if (failed.length)
        this.#report.problem(`${runsInWords(failed.length)} of ${runs.length} stay as they are: ${failed[0].message}`);
      const { undo } = after ?? {};
      if (after) toast(after.words(runsInWords(done.length)), undo ? { undo: () => this.#undo(undo, done) } : {});
    } catch (error) {
      this.#report.problem(
        error instanceof TypeError ? "The server did not answer. Try again." : /** @type {Error} */ (error).message,
      );
    }
    this.#report.changed();
  }

  /** @param {Record<string, string>} undo @param {string[]} runs */
  #undo(undo, runs) {
    const { act, ...more } = undo;
    return this.run(act, runs, more);
  }
}
