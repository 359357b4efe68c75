// What a Parquet file says of itself, as text. Pure: reads through an object that gives bytes of a range.
import { decompress as zstd } from "fzstd";
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";

export const ROWS = 100;
export const COLUMNS = 60;
const LONGEST = 200;
// hyparquet itself reads snappy and uncompressed pages.
const COMPRESSORS = {
  ZSTD: (/** @type {Uint8Array} */ bytes, /** @type {number} */ length) => zstd(bytes, new Uint8Array(length)),
};

/**
 * @typedef {{byteLength: number, slice: (start: number, end?: number) => ArrayBuffer | Promise<ArrayBuffer>}} Bytes
 * @typedef {{name: string, type: string, optional: boolean}} Column
 * @typedef {{rows: string[][], columns: Column[], count: number, hidden: number, groups: number, compression: string}} Table
 */

/**
 * The schema and the first rows; of more than 60 columns the first ones.
 * @param {Bytes} file
 * @returns {Promise<Table>} Rejects for what is no Parquet, or is compressed in a way that is not read here.
 */
export async function readTable(file) {
  const metadata = await parquetMetadataAsync(file);
  const all = parquetSchema(metadata).children.map(column);
  const columns = all.slice(0, COLUMNS);
  const names = columns.map(({ name }) => name);
  const codecs = new Set(metadata.row_groups.flatMap((group) => group.columns.map((one) => one.meta_data?.codec ?? "")));
  const rowEnd = Math.min(ROWS, Number(metadata.num_rows));
  const objects = rowEnd
    ? await parquetReadObjects({ file, metadata, columns: names, rowStart: 0, rowEnd, utf8: false, compressors: COMPRESSORS })
    : [];
  return {
    columns,
    rows: objects.map((row) => names.map((name) => cellText(row[name]))),
    count: Number(metadata.num_rows),
    hidden: all.length - columns.length,
    groups: metadata.row_groups.length,
    compression: [...codecs].map((codec) => codec.toLowerCase()).join(", "),
  };
}

/** @param {import("hyparquet").SchemaTree} node @returns {Column} */
function column(node) {
  return { name: node.element.name, type: typeText(node), optional: node.element.repetition_type === "OPTIONAL" };
}

/** @param {import("hyparquet").SchemaTree} node @returns {string} The type in the words of data frames. */
export function typeText(node) {
  const { converted_type: converted, logical_type: logical, type, type_length: length } = node.element;
  if (node.children.length) return nestedText(node);
  if (logical?.type === "TIMESTAMP") return `timestamp[${unitText(logical.unit)}]${logical.isAdjustedToUTC ? " UTC" : ""}`;
  if (logical?.type === "DECIMAL") return `decimal(${logical.precision}, ${logical.scale})`;
  if (logical?.type === "INTEGER") return `${logical.isSigned ? "" : "u"}int${logical.bitWidth}`;
  if (logical?.type === "STRING" || converted === "UTF8") return "string";
  if (logical?.type) return logical.type.toLowerCase();
  if (converted) return converted.toLowerCase().replaceAll("_", " ");
  if (type === "BYTE_ARRAY") return "binary";
  if (type === "FIXED_LEN_BYTE_ARRAY") return `binary[${length}]`;
  return (type ?? "unknown").toLowerCase();
}

/** @param {import("hyparquet").SchemaTree} node */
function nestedText(node) {
  const { converted_type: converted, logical_type: logical } = node.element;
  if (converted === "LIST" || logical?.type === "LIST") {
    const inner = node.children[0];
    return `list<${inner.children.length === 1 ? typeText(inner.children[0]) : typeText(inner)}>`;
  }
  if (converted === "MAP" || logical?.type === "MAP") {
    return `map<${node.children[0].children.map(typeText).join(", ")}>`;
  }
  return `struct<${node.children.map((child) => `${child.element.name}: ${typeText(child)}`).join(", ")}>`;
}

/** @param {string | undefined} unit */
function unitText(unit) {
  return { MILLIS: "ms", MICROS: "us", NANOS: "ns" }[unit ?? ""] ?? "";
}

/** @param {unknown} value @returns {string} One line for a cell; null is empty. */
export function cellText(value) {
  const text = plainText(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** @param {unknown} value @returns {string} */
function plainText(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof Date) return dateText(value);
  if (value instanceof Uint8Array)
    return `0x${[...value.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  if (typeof value === "object")
    return JSON.stringify(value, (_key, inner) => (typeof inner === "bigint" ? Number(inner) : inner));
  return String(value);
}

/** @param {Date} date Days without an hour are days. */
function dateText(date) {
  if (Number.isNaN(date.getTime())) return "";
  return date
    .toISOString()
    .replace(/T00:00:00\.000Z$/, "")
    .replace("T", " ")
    .replace(/(\.\d+)?Z$/, "");
}
