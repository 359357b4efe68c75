import { element, safe } from "../lib/dom.js";
import { mentionAt, withMention } from "../lib/mentions.js";

/** @typedef {{name: string, label: string}} Person */

const PAUSE = 120;
let made = 0;

/**
 * Around a textarea: after `@` it offers who can be named, asked from `src` (`?q=typed` -> `{"people": [{name, label}]}`). Arrow
 * keys choose, Tab or Enter takes, Escape closes; Ctrl Enter sends the form.
 */
customElements.define(
  "mention-field",
  class extends HTMLElement {
    #id = `mention-${++made}`;
    /** @type {AbortController | null} */
    #life = null;
    /** @type {AbortController | null} */
    #asking = null;
    #wait = 0;
    #at = -1;

    get #text() {
      return /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
    }
    get #options() {
      return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[role=option]")]);
    }

    connectedCallback() {
      this.#life = new AbortController();
      const { signal } = this.#life;
      this.#text.setAttribute("aria-autocomplete", "list");
      this.#text.addEventListener("input", () => this.#later(), { signal });
      this.#text.addEventListener("keydown", (event) => this.#key(event), { signal });
      this.#text.addEventListener("blur", () => this.#close(), { signal });
      this.addEventListener("pointerdown", (event) => this.#point(event), { signal });
    }

    disconnectedCallback() {
      this.#life?.abort();
      this.#asking?.abort();
      clearTimeout(this.#wait);
    }

    #later() {
      clearTimeout(this.#wait);
      if (!mentionAt(this.#text.value, this.#text.selectionStart)) return this.#close();
      this.#wait = window.setTimeout(() => this.#ask(), PAUSE);
    }

    async #ask() {
      const mention = mentionAt(this.#text.value, this.#text.selectionStart);
      if (!mention) return;
      this.#asking?.abort();
      this.#asking = new AbortController();
      const url = new URL(this.getAttribute("src") ?? "", location.href);
      url.searchParams.set("q", mention.typed);
      try {
        const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.#asking.signal });
        if (answer.ok && document.activeElement === this.#text) this.#show((await answer.json()).people);
      } catch {
        // Typing goes on without suggestions.
      }
    }

    /** @param {Person[]} people */
    #show(people) {
      this.#close();
      if (!people.length || !mentionAt(this.#text.value, this.#text.selectionStart)) return;
      const rows = people.map(
        ({ name, label }, at) =>
          `<li role="option" id="${this.#id}-${at}" data-name="${safe(name)}" aria-selected="false"><span class="mono">@${safe(name)}</span><span>${label === name ? "" : safe(label)}</span></li>`,
      );
      this.append(
        element(
          `<div class="complete"><ul role="listbox" id="${this.#id}" aria-label="People">${rows.join("")}</ul><div class="complete__foot" aria-hidden="true"><span><kbd>Tab</kbd> take</span><span><kbd>Esc</kbd> close</span></div></div>`,
        ),
      );
      this.#text.setAttribute("aria-controls", this.#id);
      this.#mark(0);
    }

    /** @param {number} at */
    #mark(at) {
      const options = this.#options;
      this.#at = (at + options.length) % options.length;
      for (const [index, option] of options.entries()) option.setAttribute("aria-selected", String(index === this.#at));
      this.#text.setAttribute("aria-activedescendant", `${this.#id}-${this.#at}`);
    }

    #close() {
      this.querySelector(".complete")?.remove();
      this.#at = -1;
      this.#text.removeAttribute("aria-activedescendant");
      this.#text.removeAttribute("aria-controls");
    }

    /** @param {HTMLElement | undefined} option */
    #take(option) {
      const mention = mentionAt(this.#text.value, this.#text.selectionStart);
      if (option && mention) {
        const made = withMention(this.#text.value, mention.start, this.#text.selectionStart, option.dataset.name ?? "");
        this.#text.value = made.text;
        this.#text.setSelectionRange(made.cursor, made.cursor);
      }
      this.#close();
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.#text.form?.requestSubmit();
        return;
      }
      if (this.#at < 0) return;
      if (event.key === "ArrowDown") this.#mark(this.#at + 1);
      else if (event.key === "ArrowUp") this.#mark(this.#at - 1);
      else if (event.key === "Escape") this.#close();
      else if (event.key === "Tab" || event.key === "Enter") this.#take(this.#options[this.#at]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    /** @param {PointerEvent} event */
    #point(event) {
      const option = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest?.("[role=option]"));
      if (!option) return;
      event.preventDefault();
      this.#take(option);
    }
  },
);
