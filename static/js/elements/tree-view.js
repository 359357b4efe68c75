/** Arrow keys in a tree of links: up and down move, right opens or goes in, left closes or goes out, Home and End. */
export class TreeView extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this);
  }

  disconnectedCallback() {
    this.removeEventListener("keydown", this);
  }

  /** @param {KeyboardEvent} event */
  handleEvent(event) {
    const items = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[role=treeitem]")]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (at < 0) return;
    const open = items[at].getAttribute("aria-expanded");
    const moves = /** @type {Record<string, () => void>} */ ({
      ArrowDown: () => focus(items, at + 1),
      ArrowUp: () => focus(items, at - 1),
      Home: () => focus(items, 0),
      End: () => focus(items, items.length - 1),
      ArrowRight: () => (open === "false" ? items[at].click() : focus(items, at + 1)),
      ArrowLeft: () => (open === "true" ? items[at].click() : focus(items, parentOf(items, at))),
    });
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }
}

/** @param {HTMLElement} item */
const level = (item) => Number(item.getAttribute("aria-level"));

/** @param {HTMLElement[]} items @param {number} at @returns {number} The nearest above that is one level up. */
function parentOf(items, at) {
  for (let above = at - 1; above >= 0; above--) if (level(items[above]) < level(items[at])) return above;
  return at;
}

/** @param {HTMLElement[]} items @param {number} at */
function focus(items, at) {
  const item = items[Math.max(0, Math.min(items.length - 1, at))];
  for (const other of items) other.tabIndex = other === item ? 0 : -1;
  item.focus();
}

customElements.define("tree-view", TreeView);
