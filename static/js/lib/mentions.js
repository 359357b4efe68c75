// The `@name` that somebody is typing, and what a choice makes of the text. Pure.

/**
 * @param {string} text
 * @param {number} cursor
 * @returns {{start: number, typed: string} | null} Where the name begins (at its @) and what of it stands before the cursor.
 */
export function mentionAt(text, cursor) {
  const found = /(^|[^\w@/.])@([\w.+-]{0,60})$/.exec(text.slice(0, cursor));
  return found ? { start: cursor - found[2].length - 1, typed: found[2] } : null;
}

/**
 * @param {string} text
 * @param {number} start Of the @.
 * @param {number} cursor
 * @param {string} name
 * @returns {{text: string, cursor: number}} The text with the name in the place of what was typed, and the cursor behind it.
 */
export function withMention(text, start, cursor, name) {
  const put = `@${name} `;
  return { text: text.slice(0, start) + put + text.slice(cursor).replace(/^ /, ""), cursor: start + put.length };
}
