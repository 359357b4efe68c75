import assert from "node:assert/strict";
import { test } from "node:test";
import { append, bestOf, between, flatten, isNumeric, renew } from "../../static/js/lib/table-rows.js";

const row = (id, more = {}) => ({ id, m: {}, p: {}, t: {}, ...more });
const ids = (rows) => rows.map(({ id }) => id).join("");

test("opened runs have their children below them, one step deeper", () => {
  const flat = flatten(
    [row("a"), row("b")],
    new Map([
      ["a", [row("x")]],
      ["x", [row("y")]],
    ]),
    new Set(["a", "x"]),
  );
  assert.equal(ids(flat), "axyb");
  assert.deepEqual(
    flat.map(({ depth }) => depth),
    [0, 1, 2, 0],
  );
});

test("closed runs keep their children to themselves", () => {
  assert.equal(ids(flatten([row("a")], new Map([["a", [row("x")]]]), new Set())), "a");
});

test("runs that are each other's parents are shown once", () => {
  const below = new Map([
    ["a", [row("b")]],
    ["b", [row("a")]],
  ]);
  assert.equal(ids(flatten([row("a")], below, new Set(["a", "b"]))), "ab");
});

test("a run that slid onto the next page is not there twice", () => {
  assert.equal(ids(append([row("a"), row("b")], [row("b"), row("c")])), "abc");
});

test("fresh rows replace the beginning and keep what was loaded further down", () => {
  assert.equal(ids(renew([row("b"), row("c"), row("d")], [row("a"), row("b")], false)), "abd");
  assert.equal(ids(renew([row("b"), row("c")], [row("b")], true)), "b");
});

test("a range goes in both directions and holds both ends", () => {
  const all = ["a", "b", "c", "d"];
  assert.deepEqual(between(all, "d", "b"), ["b", "c", "d"]);
  assert.deepEqual(between(all, "gone", "b"), ["b"]);
});

test("the best value follows the direction of the metric, and metrics without one have none", () => {
  const rows = [
    row("a", { m: { loss: 1, acc: 0.5, epoch: 3 } }),
    row("b", { m: { loss: 2, acc: 0.7, epoch: 9 } }),
    row("c", { m: { loss: "NaN" } }),
  ];
  assert.deepEqual(
    [...bestOf(rows, { loss: -1, acc: 1, epoch: 0 })],
    [
      ["loss", 1],
      ["acc", 0.7],
    ],
  );
});

test("a column is numeric if all that is there is", () => {
  assert.ok(isNumeric(["1", undefined, 2.5, "3e-4"]));
  assert.ok(!isNumeric(["1", "adam"]));
  assert.ok(!isNumeric([undefined, ""]));
});
