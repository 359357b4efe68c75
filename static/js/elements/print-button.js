export {};

/** Around a button: it prints the page. */
customElements.define(
  "print-button",
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("click", () => print());
    }
  },
);
