// Arithmetic of zooming an axis.

/** @typedef {[number, number]} Span */

/**
 * @param {Span} shown
 * @param {Span} whole What there is to see.
 * @param {number} centre Stays where it is.
 * @param {number} factor Under 1 zooms in.
 * @returns {Span | null} null when everything would be shown.
 */
export function zoomed(shown, whole, centre, factor) {
  const from = Math.max(whole[0], centre - (centre - shown[0]) * factor);
  const to = Math.min(whole[1], centre + (shown[1] - centre) * factor);
  return from <= whole[0] && to >= whole[1] ? null : [from, to];
}

/** @param {Span} span @returns {Span} The middle third, where a new range begins. */
export function middle([from, to]) {
  const third = (to - from) / 3;
  return [from + third, to - third];
}

/** @param {number} a @param {number} b @returns {Span} */
export function ordered(a, b) {
  return a < b ? [a, b] : [b, a];
}
