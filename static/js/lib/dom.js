// Building blocks of elements that come from scripts.

/** @param {string} name An icon of the sprite, written as a literal so that the build finds it. */
export function iconUrl(name) {
  return `${document.documentElement.dataset.icons}#${name}`;
}

/**
 * @param {string} name As for iconUrl.
 * @param {string} [size] "s" or "l".
 * @returns {string} Markup.
 */
export function icon(name, size) {
  return `<svg class="icon${size ? ` icon--${size}` : ""}" aria-hidden="true"><use href="${iconUrl(name)}"/></svg>`;
}

/** @param {unknown} text @returns {string} The text with everything escaped that HTML reads. */
export function safe(text) {
  return String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** @param {string} markup Ours, with everything foreign in it made safe. @returns {DocumentFragment} */
export function fragment(markup) {
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  return holder.content;
}

/** @param {string} markup One element. @returns {HTMLElement} */
export function element(markup) {
  return /** @type {HTMLElement} */ (fragment(markup.trim()).firstElementChild);
}
