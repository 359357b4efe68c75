import assert from "node:assert/strict";
import { test } from "node:test";
import { extent, quantile, rangeStats } from "../../static/js/lib/stats.js";

test("statistics of a range count both ends and name the step of each extreme", () => {
  const stats = rangeStats([0, 10, 20, 30, 40], [9, 4, 1, 6, 2], [10, 30]);
  assert.deepEqual(stats, {
    count: 3,
    start: 4,
    end: 6,
    min: 1,
    max: 6,
    mean: 11 / 3,
    change: 2,
    percent: 50,
    atMin: 20,
    atMax: 30,
  });
});

test("values that are not finite take no part in statistics", () => {
  const stats = rangeStats([0, 1, 2, 3], [Number.NaN, 2, Number.NEGATIVE_INFINITY, 4]);
  assert.equal(stats.count, 2);
  assert.equal(stats.min, 2);
});

test("a range without values has no statistics", () => {
  assert.equal(rangeStats([0, 1], [1, 2], [5, 9]), null);
  assert.equal(rangeStats([0], [Number.NaN]), null);
});

test("percent is of the size of the start, and none from zero", () => {
  assert.equal(rangeStats([0, 1], [-2, -1]).percent, 50);
  assert.ok(Number.isNaN(rangeStats([0, 1], [0, 1]).percent));
});

test("the first of equal extremes is named", () => {
  assert.equal(rangeStats([0, 1, 2], [1, 1, 1]).atMin, 0);
});

test("quantiles lie between neighbours", () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
  assert.equal(quantile([7], 0.95), 7);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test("the shown span ignores outliers when asked", () => {
  const values = Array.from({ length: 101 }, (_, at) => at).concat(1e6);
  assert.deepEqual(extent(values, { clip: false }), [0, 1e6]);
  const [low, high] = extent(values, { clip: true });
  assert.ok(low > 4 && low < 6 && high > 94 && high < 97);
});

test("a log axis spans what is above zero, and nothing gives no span", () => {
  assert.deepEqual(extent([-1, 0, 0.1, 10], { clip: false, positive: true }), [0.1, 10]);
  assert.equal(extent([Number.NaN], { clip: true }), null);
});
