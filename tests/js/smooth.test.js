import assert from "node:assert/strict";
import { test } from "node:test";
import { lag, smooth } from "../../static/js/lib/smooth.js";

/** The definition: a weighted mean of all values so far, weights falling by w for each point of age. */
function definition(values, weight) {
  return values.map((_, at) => {
    const seen = values
      .slice(0, at + 1)
      .filter(Number.isFinite)
      .reverse();
    const weights = seen.map((_, age) => weight ** age);
    return seen.reduce((sum, value, age) => sum + value * weights[age], 0) / weights.reduce((sum, w) => sum + w, 0);
  });
}
const wave = Array.from({ length: 500 }, (_, at) => Math.sin(at / 7) + Math.exp(-at / 40) + ((at * 2654435761) % 997) / 997);

test("smoothing is the debiased exponential mean, to 1e-9", () => {
  for (const weight of [0.1, 0.6, 0.9, 0.99, 0.999]) {
    const wanted = definition(wave, weight);
    const far = smooth(wave, weight).map((value, at) => Math.abs(value - wanted[at]));
    assert.ok(Math.max(...far) < 1e-9, `w ${weight}: ${Math.max(...far)}`);
  }
});

test("the first smoothed value is the first value", () => {
  assert.ok(Math.abs(smooth([5, 1], 0.9)[0] - 5) < 1e-12);
});

test("values that are not finite pass and do not count", () => {
  const smoothed = smooth([1, Number.NaN, 3, Number.POSITIVE_INFINITY, 2], 0.5);
  assert.ok(Number.isNaN(smoothed[1]));
  assert.equal(smoothed[3], Number.POSITIVE_INFINITY);
  const without = smooth([1, 3, 2], 0.5);
  assert.deepEqual([smoothed[0], smoothed[2], smoothed[4]], without);
});

test("a constant series is left alone", () => {
  assert.deepEqual(smooth([0.1, 0.1, 0.1], 0.99), [0.1, 0.1, 0.1]);
});

test("weight 0 changes nothing and weight 1 stays at zero, as TensorBoard has it", () => {
  assert.deepEqual(smooth([1, 2], 0), [1, 2]);
  assert.deepEqual(smooth([1, 2], 1), [0, 0]);
});

test("the lag at 0.6 is one and a half points", () => {
  assert.ok(Math.abs(lag(0.6) - 1.5) < 1e-12);
  assert.equal(lag(1), Number.POSITIVE_INFINITY);
});
