import assert from "node:assert/strict";
import { test } from "node:test";
import { toCsv, toJson } from "../../static/js/lib/export.js";
import { parse, toLine } from "../../static/js/lib/series.js";

const line = (name, points) => toLine(parse({ run_id: "r1", name, points, count: 9, shown: points.length }), "step", 0);

test("a CSV has a row a point, with values that are no numbers in words", () => {
  const csv = toCsv([
    line("keen", [
      [1, 0.5, 1000],
      [2, "NaN", 2000],
    ]),
  ]);
  assert.equal(csv, "run_id,run,step,timestamp,value,smoothed\nr1,keen,1,1000,0.5,0.5\nr1,keen,2,2000,NaN,NaN\n");
});

test("a name cannot break out of its cell nor be computed by a spreadsheet", () => {
  const csv = toCsv([line('=HYPERLINK("x"),y', [[1, 1, 1]])]);
  assert.ok(csv.includes(`r1,"'=HYPERLINK(""x""),y",1,1,1,1`));
});

test("JSON says how many points were logged", () => {
  const saved = JSON.parse(toJson("val/loss", [line("keen", [[1, "Infinity", 1000]])]));
  assert.equal(saved.key, "val/loss");
  assert.equal(saved.series[0].points_logged, 9);
  assert.deepEqual(saved.series[0].points, [{ step: 1, timestamp: 1000, value: "Infinity", smoothed: "Infinity" }]);
});
