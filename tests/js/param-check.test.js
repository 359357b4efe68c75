import assert from "node:assert/strict";
import { test } from "node:test";
import { paramProblem } from "../../static/js/lib/param-check.js";

test("numbers are what Python takes for one", () => {
  for (const value of ["1", " 0.5 ", "-.5", "1e-3", "1_000", "inf", "NaN", "5."])
    assert.equal(paramProblem("float", "a", value, true), "", value);
  for (const value of ["many", "1,5", "1e", "0x1f", "."])
    assert.equal(paramProblem("float", "a", value, true), `'${value}' is not a number`);
});

test("an address has a scheme", () => {
  assert.equal(paramProblem("uri", "data", "runs:/1/model", true), "");
  assert.equal(paramProblem("uri", "data", "d.csv", true), "Expected URI for parameter data but got d.csv");
});

test("nothing is wrong only where there is a default", () => {
  assert.equal(paramProblem("float", "a", "", false), "");
  assert.equal(paramProblem("string", "a", " ", true), "A value is required");
});

test("texts and paths are not checked", () => {
  assert.equal(paramProblem("string", "a", "any, thing", true), "");
  assert.equal(paramProblem("path", "a", "data/x.csv", true), "");
});
