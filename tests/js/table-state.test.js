import assert from "node:assert/strict";
import { test } from "node:test";
import { columnId, columnOf, nextSort, question, readState, writeState } from "../../static/js/lib/table-state.js";

const usual = ["started", "metrics.loss"];

test("a state that is written is read back the same", () => {
  const state = {
    filter: "metrics.loss < 1",
    sort: [
      { id: "metrics.loss", down: true },
      { id: "started", down: false },
    ],
    columns: ["params.lr", "metrics.a%2Cb"],
    draw: ["a", "b"],
    layout: "charts",
    tree: true,
    deleted: true,
  };
  const query = new URLSearchParams();
  writeState(state, query);
  assert.deepEqual(readState(new URLSearchParams(query.toString()), usual), state);
});

test("an address without anything is the usual state", () => {
  const state = readState(new URLSearchParams(), usual);
  assert.deepEqual(state.columns, usual);
  assert.equal(state.draw, null);
  assert.equal(state.layout, "both");
});

test("nothing drawn and no columns are choices that the address keeps", () => {
  const query = new URLSearchParams();
  writeState({ ...readState(query, usual), columns: [], draw: [] }, query);
  const again = readState(query, usual);
  assert.deepEqual([again.columns, again.draw], [[], []]);
});

test("keys with commas and percent signs survive as ids of columns", () => {
  for (const key of ["a,b", "50%", "%2C", "a.b/c d"])
    assert.deepEqual(columnOf(columnId("params", key)), { entity: "params", key });
});

test("clicks on a head sort falling for numbers, then rising, then not at all", () => {
  const how = { add: false, numeric: true };
  const once = nextSort([], "metrics.loss", how);
  const twice = nextSort(once, "metrics.loss", how);
  assert.deepEqual(once, [{ id: "metrics.loss", down: true }]);
  assert.deepEqual(twice, [{ id: "metrics.loss", down: false }]);
  assert.deepEqual(nextSort(twice, "metrics.loss", how), []);
});

test("a second key is added behind the first", () => {
  const sort = nextSort([{ id: "name", down: false }], "started", { add: true, numeric: true });
  assert.deepEqual(sort, [
    { id: "name", down: false },
    { id: "started", down: true },
  ]);
});

test("the question for rows has columns, filter, order and more", () => {
  const state = { ...readState(new URLSearchParams("filter=x&sort=-started"), usual) };
  assert.equal(question(state, { limit: "5" }).toString(), "columns=started%2Cmetrics.loss&filter=x&sort=-started&limit=5");
});
