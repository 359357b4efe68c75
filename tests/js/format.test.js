import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { color, hashColor, Palette, place } from "../../static/js/lib/color.js";
import { ago, bytes, count, duration, number, percent, short, signed } from "../../static/js/lib/format.js";

const examples = JSON.parse(readFileSync(new URL("./examples.json", import.meta.url), "utf8"));
const value = (given) => (typeof given === "string" ? Number(given) : given);

for (const [name, write] of Object.entries({ number, count, percent, signed, duration, bytes })) {
  test(`${name} reads as the table says, which the server's filters are held to as well`, () => {
    for (const [given, text] of examples[name]) assert.equal(write(value(given)), text, `${name}(${given})`);
  });
}

test("a number of two decimals rounds halves away from zero", () => {
  for (const [given, text] of examples.number2) assert.equal(number(given, 2), text);
});

test("ago counts in the largest unit and becomes a day after a month", () => {
  for (const [then, now, text] of examples.ago) assert.equal(ago(new Date(then), new Date(now)), text);
});

test("short numbers of axes carry k, M, G", () => {
  assert.deepEqual([0, 400, 24000, 3100000, -1500, 2.5e9].map(short), ["0", "400", "24k", "3.1M", "−1.5k", "2.5G"]);
});

test("the colour of a run comes from its id, as on the server", () => {
  for (const [id, at] of examples.place) assert.equal(place(id), at);
  for (const [id, css] of examples.hashColor) assert.equal(hashColor(id), css);
  assert.equal(color("keen-heron-302"), "var(--run-8)");
});

test("in a view the first twelve runs differ and each keeps its colour", () => {
  const [ids, colors] = examples.colors;
  const palette = new Palette();
  assert.deepEqual(
    ids.map((id) => palette.of(id)),
    colors,
  );
  assert.equal(new Set(colors.slice(0, 12)).size, 12);
});

test("a colour that the person chose wins", () => {
  const palette = new Palette();
  palette.choose("r1", "var(--run-3)");
  assert.equal(palette.of("r1"), "var(--run-3)");
});
