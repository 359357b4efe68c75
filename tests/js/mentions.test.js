import assert from "node:assert/strict";
import { test } from "node:test";
import { mentionAt, withMention } from "../../static/js/lib/mentions.js";

test("a name that is being typed begins at its @", () => {
  assert.deepEqual(mentionAt("ask @li", 7), { start: 4, typed: "li" });
  assert.deepEqual(mentionAt("@", 1), { start: 0, typed: "" });
  assert.deepEqual(mentionAt("(@a.b-c", 7), { start: 1, typed: "a.b-c" });
});

test("an address of mail, a decorator inside a word and a finished name are none", () => {
  for (const text of ["me@example", "a/@b", "@li ", "no name"]) assert.equal(mentionAt(text, text.length), null, text);
});

test("a choice takes the place of what was typed, and the cursor stands behind it", () => {
  assert.deepEqual(withMention("ask @li about it", 4, 7, "lina"), { text: "ask @lina about it", cursor: 10 });
  assert.deepEqual(withMention("@li", 0, 3, "lina"), { text: "@lina ", cursor: 6 });
});
