// Coloured pieces of a filter while it is typed. What a filter means is decided on the server (docs/filter-language.md); this
// reads just enough of it to tell keys, operators, values and words apart.

/** @typedef {"key" | "op" | "value" | "word" | "space" | "bad"} Kind */
/** @typedef {{kind: Kind, text: string, at: number}} Piece */

const PIECES =
  /(\s+)|('[^']*'?|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|([=<>!~]+|[(),])|((?:[^\W\d]\w*\.)?(?:`[^`]*`?|"[^"]*"?|[\w.\-/:]+))|(.)/gsu;
const WORDS = new Set(["and", "or", "not"]);
const OPERATORS = new Set(["in", "like", "ilike", "rlike", "is", "null"]);

/** @param {string} text @returns {Piece[]} Together they are the text. */
export function pieces(text) {
  /** @type {Piece[]} */
  const found = [];
  let afterOperator = false;
  for (const match of text.matchAll(PIECES)) {
    const kind = kindOf(match, afterOperator);
    // A quoted text behind an operator is a value, whichever quotes it has.
    if (kind === "op") afterOperator = match[0] !== ")";
    else if (kind !== "space") afterOperator = false;
    found.push({ kind, text: match[0], at: match.index });
  }
  return found;
}

/** @param {RegExpMatchArray} match @param {boolean} afterOperator @returns {Kind} */
function kindOf([text, space, value, operator, name], afterOperator) {
  if (space !== undefined) return "space";
  if (value !== undefined) return "value";
  if (operator !== undefined) return "op";
  if (name === undefined) return "bad";
  if (WORDS.has(text.toLowerCase())) return "word";
  if (OPERATORS.has(text.toLowerCase())) return "op";
  return afterOperator && text.startsWith('"') ? "value" : "key";
}
