import assert from "node:assert/strict";
import { test } from "node:test";
import { pageOf } from "../../static/js/lib/mlflow-links.js";

test("the client's link to a run leads to the run's page", () => {
  assert.equal(pageOf("#/experiments/3/runs/1f0c9a"), "/runs/1f0c9a/");
});

test("the client's link to an experiment leads to the experiment's page", () => {
  assert.equal(pageOf("#/experiments/0"), "/experiments/0/");
});

test("any other fragment is left alone", () => {
  assert.equal(pageOf("#artifacts"), "");
  assert.equal(pageOf(""), "");
});
