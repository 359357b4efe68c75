import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf, plainPen, textOf } from "../../static/js/lib/ansi.js";

const classes = (line) => partsOf(line).map((part) => [part.text, part.classes]);

test("plain text is one part", () => {
  assert.deepEqual(classes("step 1"), [["step 1", ""]]);
});

test("colours and weights become classes, and end", () => {
  assert.deepEqual(classes("\x1b[31mred\x1b[0m plain \x1b[1;32mgood\x1b[22m still\x1b[39m"), [
    ["red", "a-red"],
    [" plain ", ""],
    ["good", "a-green a-bold"],
    [" still", "a-green"],
  ]);
});

test("a code without a number ends everything", () => {
  assert.deepEqual(classes("\x1b[1;4mx\x1b[my"), [
    ["x", "a-bold a-underline"],
    ["y", ""],
  ]);
});

test("bright colours are the usual ones", () => {
  assert.deepEqual(classes("\x1b[91mx\x1b[104my"), [
    ["x", "a-red"],
    ["y", "a-on-blue"],
  ]);
});

test("256 and 16 million colours become the nearest of eight", () => {
  assert.deepEqual(classes("\x1b[38;5;196ma\x1b[38;2;10;200;30mb\x1b[38;5;250mc\x1b[38;5;238md"), [
    ["a", "a-red"],
    ["b", "a-green"],
    ["c", ""],
    ["d", "a-dim"],
  ]);
});

test("inverse text stands on the ground of its colour", () => {
  assert.deepEqual(classes("\x1b[7mx\x1b[31my"), [
    ["x", "a-on-white"],
    ["y", "a-on-red"],
  ]);
});

test("a line goes on with what the line before has chosen", () => {
  const pen = plainPen();
  partsOf("\x1b[33mbegins", pen);
  assert.deepEqual(partsOf("goes on", pen), [{ text: "goes on", classes: "a-yellow" }]);
});

test("a progress bar shows what it wrote last", () => {
  assert.equal(textOf(" 10%|#   |\r 20%|##  |\r100%|####|"), "100%|####|");
  assert.equal(textOf("windows line\r"), "windows line");
});

test("movements, titles, links and control characters leave nothing", () => {
  assert.equal(textOf("a\x1b[2Kb\x1b]0;title\x07c\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\\x1b(B\x08\x00d\x1b"), "abclinkd");
});

test("markup stays text", () => {
  assert.deepEqual(classes('\x1b[31m<img src=x onerror="alert(1)">'), [['<img src=x onerror="alert(1)">', "a-red"]]);
});
