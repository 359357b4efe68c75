import assert from "node:assert/strict";
import { test } from "node:test";
import { minMax } from "../../static/js/lib/decimate.js";
import { alone, gapsOf, nearest, parse, pointsOf, stepAtX, toLine } from "../../static/js/lib/series.js";

const wire = (points, more = {}) => ({
  run_id: "r1",
  name: "keen-heron-302",
  points,
  count: points.length,
  shown: points.length,
  start_time: 1000,
  ...more,
});

test("values that JSON has no number for arrive as text", () => {
  const { values } = parse(
    wire([
      [0, "NaN", 0],
      [1, "Infinity", 0],
      [2, "-Infinity", 0],
      [3, 0.5, 0],
    ]),
  );
  assert.deepEqual([...values], [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5]);
});

test("relative time counts seconds from the start of the run", () => {
  const line = toLine(
    parse(
      wire([
        [0, 1, 1000],
        [5, 2, 61000],
      ]),
    ),
    "relative",
    0,
  );
  assert.deepEqual([...line.xs], [0, 60]);
});

test("x that runs backwards is drawn as separate lines", () => {
  const line = toLine(
    parse(
      wire([
        [0, 1, 0],
        [10, 2, 1],
        [5, 3, 2],
        [15, 4, 3],
      ]),
    ),
    "step",
    0,
  );
  assert.deepEqual(line.pieces, [
    [0, 2],
    [2, 4],
  ]);
  assert.deepEqual(pointsOf(line, line.pieces[1], line.raw, 100), [
    { x: 5, y: 3 },
    { x: 15, y: 4 },
  ]);
});

test("values that are not finite break the line", () => {
  const line = toLine(
    parse(
      wire([
        [0, 1, 0],
        [1, "Infinity", 1],
        [2, 3, 2],
      ]),
    ),
    "step",
    0.6,
  );
  assert.ok(Number.isNaN(pointsOf(line, line.pieces[0], line.fine, 100)[1].y));
});

test("a baseline is never smoothed", () => {
  const line = toLine(
    parse(
      wire(
        [
          [0, 1, 0],
          [1, 5, 1],
        ],
        { ghost: true },
      ),
    ),
    "step",
    0.9,
  );
  assert.deepEqual([...line.fine], [1, 5]);
});

test("the nearest point is found over all pieces", () => {
  const line = toLine(
    parse(
      wire([
        [0, 1, 0],
        [10, 2, 1],
        [4, 3, 2],
        [16, 4, 3],
      ]),
    ),
    "step",
    0,
  );
  assert.equal(nearest(line, 5), 2);
  assert.equal(nearest(line, 99), 3);
  assert.equal(nearest(toLine(parse(wire([])), "step", 0), 1), -1);
});

test("gaps stand where the server counted them, also on a time axis", () => {
  const series = parse(
    wire(
      [
        [0, 1, 1000],
        [10, 2, 11000],
      ],
      { nan_steps: [5] },
    ),
  );
  assert.deepEqual(gapsOf(toLine(series, "step", 0)), [5]);
  assert.deepEqual(gapsOf(toLine(series, "relative", 0)), [5]);
  assert.equal(stepAtX(series, toLine(series, "relative", 0).xs, 5), 5);
});

test("thinning keeps every extreme, both ends and gaps", () => {
  const length = 20000;
  const xs = Float64Array.from({ length }, (_, at) => at);
  const ys = Array.from({ length }, (_, at) => Math.sin(at / 300));
  [ys[7777], ys[12345], ys[15000]] = [50, -50, Number.NaN];
  const kept = minMax(xs, ys, 400);
  assert.ok(kept.length < 400 * 5 + 5);
  for (const place of [0, 7777, 12345, 15000, length - 1]) assert.ok(kept.includes(place), `${place}`);
  assert.ok(kept.every((place, k) => k === 0 || place > kept[k - 1]));
});

test("few points are all kept", () => {
  assert.deepEqual(minMax([0, 1, 2], [1, 2, 3], 100), [0, 1, 2]);
});

test("a point without a neighbour is found, so that it can be drawn as a dot", () => {
  const points = (/** @type {number[]} */ ...ys) => alone(ys.map((y) => ({ y })));
  assert.deepEqual(points(1), [true]);
  assert.deepEqual(points(1, 2), [false, false]);
  assert.deepEqual(points(Number.NaN, 1, Number.NaN, 2, 3), [false, true, false, false, false]);
  assert.deepEqual(points(), []);
});
