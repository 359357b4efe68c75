import { iconUrl } from "../lib/dom.js";

/**
 * Copies the text of the element that `for` names, or of `text`. The button's icon turns into a check for two seconds and
 * its words say so, which a screen reader reads because the button keeps focus.
 */
customElements.define(
  "copy-button",
  class extends HTMLElement {
    #timer = 0;

    async handleEvent() {
      const source = this.getAttribute("for");
      const text = source ? (document.getElementById(source)?.textContent ?? "") : (this.getAttribute("text") ?? "");
      await write(text);
      const use = this.querySelector("use");
      const words = this.querySelector("button > span");
      if (this.#timer) return;
      const before = { href: use?.getAttribute("href") ?? "", words: words?.textContent ?? "" };
      use?.setAttribute("href", iconUrl("check"));
      if (words) words.textContent = "Copied";
      this.#timer = window.setTimeout(() => {
        use?.setAttribute("href", before.href);
        if (words) words.textContent = before.words;
        this.#timer = 0;
      }, 2000);
    }

    connectedCallback() {
      this.addEventListener("click", this);
    }

    disconnectedCallback() {
      this.removeEventListener("click", this);
    }
  },
);

/** @param {string} text */
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Plain http on another host than localhost has no clipboard: select and copy the old way.
  const box = document.createElement("textarea");
  box.value = text;
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}
