import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { cellText, readTable } from "../../static/js/lib/parquet.js";

const FILES = JSON.parse(readFileSync(new URL("parquet.json", import.meta.url), "utf8")); // written by pyarrow

/** @param {string} codec */
function file(codec) {
  const bytes = Buffer.from(FILES[codec], "base64");
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return {
    byteLength: buffer.byteLength,
    slice: (/** @type {number} */ start, /** @type {number} */ end) => buffer.slice(start, end),
  };
}

for (const codec of ["snappy", "zstd"]) {
  test(`the first hundred rows of a file compressed with ${codec}`, async () => {
    const table = await readTable(file(codec));
    assert.deepEqual([table.count, table.rows.length, table.hidden, table.compression], [150, 100, 0, codec]);
    assert.deepEqual(table.rows[1], [
      "1",
      "4611686018427387905",
      "größe 1",
      String(1 / 7),
      "2026-01-01 01:00:00",
      "2026-01-02",
      "0.25",
      "false",
      '["a"]',
      '{"x":1,"y":null}',
      "0x01ff",
      "<script>alert(1)</script>",
    ]);
    assert.deepEqual(table.rows[0].slice(2, 5), ["", "NaN", "2026-01-01"]);
  });
}

test("types are told in the words of data frames", async () => {
  const { columns } = await readTable(file("zstd"));
  assert.deepEqual(Object.fromEntries(columns.map(({ name, type }) => [name, type])), {
    id: "int64",
    big: "int64",
    name: "string",
    score: "double",
    when: "timestamp[us] UTC",
    day: "date",
    price: "decimal(10, 2)",
    ok: "boolean",
    tags: "list<string>",
    box: "struct<x: int32, y: float>",
    raw: "binary",
    html: "string",
  });
});

test("a compression that is not read here is named", async () => {
  await assert.rejects(readTable(file("gzip")), /gzip/i);
});

test("what is no Parquet is refused", async () => {
  const buffer = new TextEncoder().encode("PAR1 and then something else altogether").buffer;
  await assert.rejects(readTable({ byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) }));
});

test("a cell is one short line", () => {
  assert.equal(cellText("x".repeat(300)).length, 201);
  assert.equal(cellText(new Uint8Array([0, 255])), "0x00ff");
  assert.equal(cellText([1n, null]), "[1,null]");
  assert.equal(cellText(new Date(Number.NaN)), "");
});
