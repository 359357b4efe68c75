// Colours for the canvas, which reads neither custom properties nor light-dark(): the browser is asked what they are now.

const probe = document.createElement("i");
probe.hidden = true;
document.documentElement.append(probe);
/** @type {Map<string, string>} */
const known = new Map();
document.addEventListener("themechange", () => known.clear());

/**
 * @param {string} css Any CSS colour, `var(--run-3)` and `light-dark(…)` too.
 * @param {number} [alpha] 0 to 1.
 * @returns {string} A colour that the canvas understands, under the present theme.
 */
export function paint(css, alpha = 1) {
  const key = `${alpha} ${css}`;
  let color = known.get(key);
  if (color === undefined) {
    probe.style.color = alpha === 1 ? css : `color-mix(in srgb, ${css} ${alpha * 100}%, transparent)`;
    color = getComputedStyle(probe).color;
    known.set(key, color);
  }
  return color;
}

/** @param {string} name A token of tokens.css, without the dashes. @param {number} [alpha] @returns {string} */
export function token(name, alpha = 1) {
  return paint(`var(--${name})`, alpha);
}
