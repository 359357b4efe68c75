import { element, icon, safe } from "../lib/dom.js";

const STAY = 8000;

/**
 * What happened, with Undo. Toasts stay 8 s, and as long as the pointer or focus is on the stack.
 * `document.querySelector("toast-stack").show("3 runs are in the trash", {undo: () => …})`.
 */
export class ToastStack extends HTMLElement {
  #left = new Map();
  #last = 0;
  #timer = 0;
  #held = false;

  /**
   * @param {string} text
   * @param {{undo?: () => void}} [options]
   */
  show(text, { undo } = {}) {
    const toast = element(
      `<div class="toast"><span>${safe(text)}</span>${undo ? '<button class="btn btn--s push" type="button" data-undo>Undo</button>' : ""}<button class="btn btn--s btn--quiet btn--icon" type="button" data-close aria-label="Close">${icon("x")}</button></div>`,
    );
    toast.querySelector("[data-undo]")?.addEventListener("click", () => {
      this.#drop(toast);
      undo?.();
    });
    this.append(toast);
    this.#left.set(toast, STAY);
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "click") {
      const toast = /** @type {Element} */ (event.target).closest("[data-close]")?.closest(".toast");
      if (toast) this.#drop(toast);
    } else {
      this.#held = event.type === "pointerenter" || event.type === "focusin";
    }
  }

  connectedCallback() {
    for (const toast of this.querySelectorAll(".toast")) this.#left.set(toast, STAY);
    for (const type of ["click", "pointerenter", "pointerleave", "focusin", "focusout"]) this.addEventListener(type, this);
    this.#last = performance.now();
    this.#timer = window.setInterval(() => this.#tick(), 500);
  }

  disconnectedCallback() {
    for (const type of ["click", "pointerenter", "pointerleave", "focusin", "focusout"]) this.removeEventListener(type, this);
    clearInterval(this.#timer);
  }

  #tick() {
    const now = performance.now();
    const passed = now - this.#last;
    this.#last = now;
    if (this.#held || document.hidden) return;
    for (const [toast, left] of this.#left) {
      if (left <= passed) this.#drop(toast);
      else this.#left.set(toast, left - passed);
    }
  }

  /** @param {Element} toast */
  #drop(toast) {
    this.#left.delete(toast);
    toast.remove();
    this.#held = false;
  }
}

customElements.define("toast-stack", ToastStack);

/** @param {string} text @param {{undo?: () => void}} [options] */
export function toast(text, options) {
  const stack = document.querySelector("toast-stack");
  if (stack instanceof ToastStack) stack.show(text, options);
}
