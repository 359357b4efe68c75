import { remember } from "../lib/http.js";

/** Switches the navigation between wide and slim, here and on the server. */
export function toggleNav() {
  const app = /** @type {HTMLElement | null} */ (document.querySelector(".app"));
  if (!app) return;
  app.dataset.nav = app.dataset.nav === "slim" ? "wide" : "slim";
  remember("nav", app.dataset.nav);
}

customElements.define(
  "nav-toggle",
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("click", toggleNav);
    }

    disconnectedCallback() {
      this.removeEventListener("click", toggleNav);
    }
  },
);
