import assert from "node:assert/strict";
import { test } from "node:test";
import { durationTicks, linearTicks, logTicks, niceSpan, timeTicks } from "../../static/js/lib/ticks.js";

const labels = (ticks) => ticks.map((tick) => tick.label);

test("linear marks stand at round values with the same decimals", () => {
  assert.deepEqual(labels(linearTicks(0.1, 0.35)), ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"]);
  assert.deepEqual(labels(linearTicks(0, 24000, 5)), ["0", "5k", "10k", "15k", "20k"]);
});

test("negative and tiny values read with a real minus and exponents", () => {
  assert.deepEqual(labels(linearTicks(-2, 2, 4)), ["−2", "−1", "0", "1", "2"]);
  assert.deepEqual(labels(linearTicks(0, 4e-6, 4)), ["0", "1e−6", "2e−6", "3e−6", "4e−6"]);
});

test("there are four to nine marks whatever the span", () => {
  for (let power = -9; power < 12; power += 0.37) {
    const { length } = linearTicks(0, 10 ** power);
    assert.ok(length >= 4 && length <= 9, `${10 ** power}: ${length}`);
  }
});

test("a span is widened to whole steps, and a single value to something around it", () => {
  assert.deepEqual(niceSpan(0.163, 0.347), [0.15, 0.35]);
  const [low, high] = niceSpan(3, 3);
  assert.ok(low < 3 && high > 3);
  assert.deepEqual(niceSpan(0, 0), [-0.5, 0.5]);
});

test("log marks are powers of ten, with 2 and 5 where there are few", () => {
  assert.deepEqual(labels(logTicks(1e-4, 1)), ["1e−4", "0.001", "0.01", "0.1", "1"]);
  assert.deepEqual(labels(logTicks(0.1, 1)), ["0.1", "0.2", "0.5", "1"]);
  assert.deepEqual(labels(logTicks(0.15, 0.52)), ["0.2", "0.3", "0.4", "0.5"]);
  assert.deepEqual(labels(logTicks(1, 1e12)), ["1", "100", "10k", "1M", "100M", "10G", "1T"]);
});

test("relative time has marks of seconds, minutes or hours", () => {
  assert.deepEqual(labels(durationTicks(0, 40, 4)), ["0", "10 s", "20 s", "30 s", "40 s"]);
  assert.deepEqual(labels(durationTicks(0, 5400, 3)), ["0", "30 min", "60 min", "90 min"]);
  assert.deepEqual(labels(durationTicks(0, 6 * 3600, 3)), ["0", "2 h", "4 h", "6 h"]);
});

test("wall time has marks at round local times and names the day at midnight", () => {
  const day = new Date(2026, 10, 22, 20, 0).getTime();
  assert.deepEqual(labels(timeTicks(day, day + 8 * 3600e3, 4)), ["20:00", "22:00", "23 Nov", "02:00", "04:00"]);
});
