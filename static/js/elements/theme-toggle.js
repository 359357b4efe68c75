import { remember } from "../lib/http.js";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

/** @param {string} choice auto, light or dark. */
function show(choice) {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-theme-choice") === choice));
  }
}

/** @param {string} choice */
function choose(choice) {
  if (choice === "auto") delete root.dataset.theme;
  else root.dataset.theme = choice;
  show(choice);
  document.dispatchEvent(new Event("themechange"));
  // The server keeps it for the person, the browser for pages without one: theme.js reads it before they are painted.
  localStorage.setItem("theme", choice);
  remember("theme", choice);
}

/** From light to dark and back, whatever the system says; Alt M and the palette do this. */
export function flipTheme() {
  const dark = root.dataset.theme === "dark" || (!root.dataset.theme && system.matches);
  choose(dark ? "light" : "dark");
}

system.addEventListener("change", () => document.dispatchEvent(new Event("themechange")));
document.addEventListener("keydown", (event) => {
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyM") {
    event.preventDefault();
    flipTheme();
  }
});

customElements.define(
  "theme-toggle",
  class extends HTMLElement {
    /** @param {Event} event */
    handleEvent(event) {
      const choice = /** @type {Element} */ (event.target).closest("[data-theme-choice]")?.getAttribute("data-theme-choice");
      if (choice) choose(choice);
    }

    connectedCallback() {
      this.addEventListener("click", this);
      show(root.dataset.theme ?? "auto");
    }

    disconnectedCallback() {
      this.removeEventListener("click", this);
    }
  },
);
