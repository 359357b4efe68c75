import assert from "node:assert/strict";
import { test } from "node:test";
import { middle, ordered, zoomed } from "../../static/js/lib/zoom.js";

test("zooming in keeps the place under the pointer", () => {
  assert.deepEqual(zoomed([0, 100], [0, 100], 25, 0.5), [12.5, 62.5]);
});

test("zooming out ends at what there is, and then nothing is zoomed", () => {
  assert.deepEqual(zoomed([40, 60], [0, 100], 50, 2), [30, 70]);
  assert.deepEqual(zoomed([0, 60], [0, 100], 30, 1.5), [0, 75]);
  assert.equal(zoomed([10, 90], [0, 100], 50, 2), null);
});

test("a range begins in the middle third, whichever way it is drawn", () => {
  assert.deepEqual(middle([0, 24000]), [8000, 16000]);
  assert.deepEqual(ordered(5, 2), [2, 5]);
});
