import assert from "node:assert/strict";
import { test } from "node:test";
import { inBrush, kindsOf, nudged, readAxes, scaleOf, turned, usualAxes, writeAxes } from "../../static/js/lib/axes.js";

test("words make a list, few numbers of params too, wide ones a logarithm", () => {
  assert.deepEqual(kindsOf(["adam", "sgd"]), ["list"]);
  assert.equal(kindsOf(["3", "6", "8"])[0], "list");
  assert.equal(kindsOf(["0.0001", "0.001", "0.1"])[0], "log");
  assert.equal(kindsOf([0.1, 0.2, 0.5])[0], "linear");
  assert.ok(!kindsOf([-1, 2]).includes("log"));
});

test("a list has its numbers by size and its words by letter", () => {
  const { to, marks } = scaleOf("list", ["10", "9", undefined, "none"]);
  assert.deepEqual(["9", "10", "none", undefined].map(to), [0, 0.5, 1, null]);
  assert.deepEqual(
    marks.map(({ label }) => label),
    ["9", "10", "none"],
  );
});

test("a logarithm puts the middle of two powers in the middle", () => {
  const { to } = scaleOf("log", ["0.001", "0.1"]);
  assert.ok(Math.abs(to("0.01") - 0.5) < 1e-9);
  assert.equal(to("0"), null);
});

test("a linear axis ends at round values", () => {
  const { to, marks } = scaleOf("linear", [0.93, 0.97]);
  assert.equal(marks[0].at, 0);
  assert.ok(Math.abs(marks.at(-1).at - 1) < 1e-9);
  assert.ok(to(0.95) > 0.4 && to(0.95) < 0.6);
});

test("quantiles give equal room to equal shares", () => {
  const { to } = scaleOf("quantile", [1, 2, 1000]);
  assert.deepEqual([1, 2, 1000].map(to), [0, 0.5, 1]);
});

test("one value alone stands in the middle, not a number nowhere", () => {
  assert.equal(scaleOf("list", ["a"]).to("a"), 0.5);
  assert.equal(scaleOf("linear", [1, 2]).to("NaN"), null);
  assert.deepEqual(scaleOf("linear", ["NaN"]).marks, []);
});

test("a flipped axis turns values and its brush lets through what lies in it", () => {
  const axis = { id: "a", kind: "linear", flipped: true, brush: [0.6, 0.9] };
  assert.equal(turned(axis, 0.25), 0.75);
  assert.ok(inBrush(axis, turned(axis, 0.25)));
  assert.ok(!inBrush(axis, turned(axis, 0.75)));
  assert.ok(!inBrush(axis, null));
  assert.ok(inBrush({ ...axis, brush: null }, null));
});

test("keys move a brush to the ends and no further", () => {
  let brush = nudged(null, 1, false);
  for (let at = 0; at < 20; at++) brush = nudged(brush, 1, false);
  assert.deepEqual(
    brush.map((end) => Number(end.toFixed(6))),
    [0.5, 1],
  );
  assert.deepEqual(
    nudged([0.2, 0.4], 1, true).map((end) => Number(end.toFixed(6))),
    [0.2, 0.45],
  );
});

test("axes survive in the address", () => {
  const axes = [
    { id: "params.a-b", kind: "log", flipped: true, brush: [0.25, 0.75] },
    { id: "metrics.val/auc", kind: "quantile", flipped: false, brush: null },
  ];
  assert.deepEqual(readAxes(writeAxes(axes)), axes);
  assert.deepEqual(readAxes("nonsense,,x~round"), []);
});

test("the axes to begin with differ between runs, with room for metrics", () => {
  const values = { "params.same": ["1", "1"], "params.lr": ["1", "2"], "params.b": ["1", "2"], "metrics.loss": [1, 2] };
  assert.deepEqual(
    usualAxes(Object.keys(values), (id) => values[id], 2),
    ["params.lr", "metrics.loss"],
  );
});
