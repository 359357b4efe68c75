import { ago, exact } from "../lib/format.js";

const clocks = new Set();
let timer = 0;

function tick() {
  for (const clock of clocks) clock.update();
}

/** Keeps the words of a <time> right ("3 h ago") and gives its tooltip in the person's own time zone. */
customElements.define(
  "relative-time",
  class extends HTMLElement {
    update() {
      const time = this.querySelector("time");
      if (!time) return;
      const then = new Date(time.dateTime);
      const words = ago(then, new Date());
      if (time.textContent !== words) time.textContent = words;
      time.title = exact(then);
    }

    connectedCallback() {
      clocks.add(this);
      this.update();
      timer ||= window.setInterval(tick, 15000);
    }

    disconnectedCallback() {
      clocks.delete(this);
      if (!clocks.size) {
        clearInterval(timer);
        timer = 0;
      }
    }
  },
);
