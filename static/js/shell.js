// Every page loads this: the frame's behaviour. Elements that only some pages have are chunks, fetched when one is there.
import "./elements/menus.js";
import "./elements/nav-toggle.js";
import "./elements/theme-toggle.js";
import "./elements/copy-button.js";
import "./elements/toast-stack.js";
import "./elements/confirm-dialog.js";
import "./elements/command-palette.js";
import "./elements/relative-time.js";
import "./elements/swap.js";
import { pageOf } from "./lib/mlflow-links.js";

// The `mlflow` client prints addresses of its own pages; the part after # never reaches a server.
function followClientLink() {
  const target = pageOf(location.hash);
  if (target) location.replace(target);
}
addEventListener("hashchange", followClientLink);
followClientLink();

// Where tabs do not fit side by side, the one that is open is in view.
for (const tab of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".tabs > [aria-current]"))) {
  const strip = /** @type {HTMLElement} */ (tab.parentElement);
  strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
}

/** @type {Record<string, () => Promise<unknown>>} */
const ELEMENTS = {
  "chart-card": () => import("./elements/chart-card.js"),
  "chart-controls": () => import("./elements/chart-controls.js"),
  "entry-form": () => import("./elements/entry-form.js"),
  "image-series": () => import("./elements/image-series.js"),
  "log-view": () => import("./elements/log-view.js"),
  "mention-field": () => import("./elements/mention-field.js"),
  "parquet-table": () => import("./elements/parquet-table.js"),
  "print-button": () => import("./elements/print-button.js"),
  "query-bar": () => import("./elements/query-bar.js"),
  "row-keys": () => import("./elements/row-keys.js"),
  "split-pane": () => import("./elements/split-pane.js"),
  "tree-view": () => import("./elements/tree-view.js"),
};

function loadElements() {
  for (const [name, load] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name) && document.querySelector(name)) load();
  }
}

document.addEventListener("swapped", loadElements);
loadElements();
