import assert from "node:assert/strict";
import { test } from "node:test";
import { pieces } from "../../static/js/lib/query.js";

const kinds = (text) =>
  pieces(text)
    .filter(({ kind }) => kind !== "space")
    .map(({ kind, text: part }) => `${kind} ${part}`);

test("keys, operators, values and words are told apart", () => {
  assert.deepEqual(kinds("metrics.val/loss >= 3e-4 AND NOT params.model in ('a', 'b')"), [
    "key metrics.val/loss",
    "op >=",
    "value 3e-4",
    "word AND",
    "word NOT",
    "key params.model",
    "op in",
    "op (",
    "value 'a'",
    "op ,",
    "value 'b'",
    "op )",
  ]);
});

test("quoted keys stay one piece and quoted texts behind an operator are values", () => {
  assert.deepEqual(kinds('tags."my team" = "risk"'), ['key tags."my team"', "op =", 'value "risk"']);
  assert.deepEqual(kinds("metrics.`val loss` < .5"), ["key metrics.`val loss`", "op <", "value .5"]);
});

test("whatever is typed, the pieces together are the text", () => {
  for (const text of ["", "  a", "tags.d", "params.x = 'open", "§§ (", "a=1;b", "läufe = 'ü'", "a . b ~ `"]) {
    assert.equal(
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
      text,
    );
  }
});
