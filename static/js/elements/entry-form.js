import { icon } from "../lib/dom.js";
import { paramProblem } from "../lib/param-check.js";

/** The form of an entry point: fields with `data-type` are checked when they are left, and again as they are mended. */
customElements.define(
  "entry-form",
  class extends HTMLElement {
    /** @type {Map<string, string>} What stood below a field before: its hint. */
    #hints = new Map();

    connectedCallback() {
      this.addEventListener("focusout", this);
      this.addEventListener("input", this);
      this.addEventListener("submit", this);
    }

    disconnectedCallback() {
      for (const type of ["focusout", "input", "submit"]) this.removeEventListener(type, this);
    }

    /** @param {Event} event */
    handleEvent(event) {
      if (event.type === "submit") {
        const wrong = [...this.querySelectorAll("[data-type]")].filter((field) =>
          this.#check(/** @type {HTMLInputElement} */ (field)),
        );
        if (!wrong.length) return;
        event.preventDefault();
        /** @type {HTMLElement} */ (wrong[0]).focus();
        return;
      }
      const field = /** @type {HTMLInputElement} */ (event.target);
      if (!field.matches("[data-type]")) return;
      if (event.type === "focusout" ? field.value : field.hasAttribute("aria-invalid")) this.#check(field);
    }

    /** @param {HTMLInputElement} field @returns {string} What is wrong, which stands below the field then. */
    #check(field) {
      const label = this.querySelector(`label[for="${field.id}"]`)?.firstChild?.textContent?.trim() ?? "";
      const problem = paramProblem(field.dataset.type ?? "", label, field.value, field.dataset.required !== undefined);
      const note = this.#note(field);
      if (problem) {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", note.id);
        note.className = "field__error";
        const words = document.createElement("span");
        words.textContent = problem;
        note.innerHTML = icon("alert-triangle", "s");
        note.append(words);
      } else if (field.hasAttribute("aria-invalid")) {
        field.removeAttribute("aria-invalid");
        note.className = "field__hint";
        note.textContent = this.#hints.get(field.id) ?? "";
      }
      return problem;
    }

    /** @param {HTMLInputElement} field @returns {HTMLElement} */
    #note(field) {
      const id = `${field.id}_note`;
      let note = document.getElementById(id);
      if (!note) {
        note = document.createElement("span");
        note.id = id;
        field.after(note);
      }
      if (!this.#hints.has(field.id)) this.#hints.set(field.id, note.className === "field__hint" ? (note.textContent ?? "") : "");
      return note;
    }
  },
);
