// The run table's scripts are fetched when there is one: an experiment without runs shows lines to paste instead.

function load() {
  if (!customElements.get("run-table") && document.querySelector("run-table")) import("../elements/run-table.js");
}
document.addEventListener("swapped", load);
load();
