// The charts beside the table: one for each metric that is a column, with the runs that are drawn.
import { columnOf } from "../lib/table-state.js";

/**
 * @param {HTMLElement} box @param {string[]} columns
 * @param {{drawn: string[], running: boolean, src: string}} what `running`: whether any of the drawn still goes on.
 * @returns {number} How many cards there are.
 */
export function showCards(box, columns, { drawn, running, src }) {
  const keys = drawn.length
    ? columns
        .map(columnOf)
        .filter(({ entity }) => entity === "metrics")
        .map(({ key }) => key)
    : [];
  const old = new Map([...box.children].map((card) => [card.getAttribute("key"), card]));
  const cards = keys.map((key) => {
    const card = old.get(key) ?? make(key, src);
    set(card, "runs", drawn.join(","));
    if (card.hasAttribute("live") !== running) card.toggleAttribute("live", running);
    return card;
  });
  // A card that stays where it is keeps its canvas, its zoom and its focus.
  cards.forEach((card, at) => {
    if (box.children[at] !== card) box.insertBefore(card, box.children[at] ?? null);
  });
  while (box.children.length > cards.length) box.lastElementChild?.remove();
  return cards.length;
}

/** @param {string} key @param {string} src */
function make(key, src) {
  const card = document.createElement("chart-card");
  card.setAttribute("key", key);
  card.setAttribute("src", src);
  card.style.setProperty("--h", "200px");
  return card;
}

/** @param {Element} element @param {string} name @param {string} value */
function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
