import assert from "node:assert/strict";
import { test } from "node:test";
import { cutAt, LogWindow, levelOf, lineOf, timeText } from "../../static/js/lib/log-window.js";

const bytes = (text) => new TextEncoder().encode(text);
const texts = (log) => [
  ...log.pieces.flatMap(({ lines }) => lines.map(({ text }) => text)),
  ...(log.open ? [log.open.text] : []),
];

/** A log of numbered lines and where each begins. */
function numbered(count) {
  const lines = Array.from({ length: count }, (_, at) => `line ${at + 1}\n`);
  const starts = lines.map((_, at) => lines.slice(0, at).join("").length);
  return { all: bytes(lines.join("")), starts };
}

test("a line carries its time, and text without it", () => {
  const line = lineOf(bytes("2026-11-25T03:00:01.500Z hello"), 7);
  assert.deepEqual(line, { at: 7, time: Date.UTC(2026, 10, 25, 3, 0, 1, 500), text: "hello" });
  assert.equal(lineOf(bytes("no time"), 0).text, "no time");
});

test("a line that comes in pieces is whole in the end, also where a character is cut", () => {
  const log = new LogWindow();
  const all = bytes("grün\nblau\n");
  for (const byte of all) log.append(Uint8Array.of(byte));
  assert.deepEqual(texts(log), ["grün", "blau"]);
  assert.equal(log.end, all.length);
});

test("a line without an end is shown as it is so far", () => {
  const log = new LogWindow();
  log.append(bytes("a\nPassw"));
  assert.deepEqual([texts(log), log.count], [["a", "Passw"], 2]);
  log.append(bytes("ord\n"));
  assert.deepEqual(texts(log), ["a", "Password"]);
});

test("a window in the middle begins with a whole line whose number nobody knows", () => {
  const { all, starts } = numbered(30);
  const log = new LogWindow();
  log.reset(all.subarray(starts[9] + 3), starts[9] + 3);
  assert.deepEqual([log.start, log.first, texts(log)[0]], [starts[10], null, "line 11"]);
});

test("numbers follow what is added above and dropped there", () => {
  const { all, starts } = numbered(30);
  const log = new LogWindow(2);
  log.reset(all.subarray(starts[20], starts[25]), starts[20] - 1 + 1);
  log.first = 22;
  log.prepend(all.subarray(starts[10], starts[21]), starts[10]);
  assert.equal(log.first, 22 - log.pieces[0].lines.length);
  const big = bytes(`${"x".repeat(70_000)}\n`);
  log.append(big);
  const { dropped } = log.append(bytes("new piece\n"));
  assert.equal(dropped.start, starts[11]);
  assert.deepEqual([log.first, log.start, texts(log).at(-1)], [22, starts[21], "new piece"]);
});

test("what comes live makes the last piece grow while it is small", () => {
  const log = new LogWindow();
  for (let at = 0; at < 50; at++) log.append(bytes(`line ${at}\n`));
  assert.deepEqual([log.pieces.length, log.count, log.start], [1, 50, 0]);
});

test("what was dropped below is fetched again from where the window ends", () => {
  const { all, starts } = numbered(30);
  const log = new LogWindow(1);
  log.reset(all.subarray(starts[20]), starts[20]);
  log.prepend(all.subarray(starts[10], log.start), starts[10]);
  assert.equal(log.end, log.pieces[0].end);
  log.append(all.subarray(log.end));
  assert.equal(texts(log).at(-1), "line 30");
});

test("the beginning has the number one", () => {
  const { all, starts } = numbered(10);
  const log = new LogWindow();
  log.reset(all.subarray(starts[4]), starts[4]);
  log.prepend(all.subarray(0, log.start), 0);
  assert.deepEqual([log.first, log.start, log.count], [1, 0, 10]);
});

test("a piece in the middle of an endless line is cut rather than never shown", () => {
  const log = new LogWindow();
  log.reset(bytes("x\ny\n"), 1000);
  const { added } = log.prepend(bytes("z".repeat(500)), 502);
  assert.deepEqual([added.start, log.start], [502, 502]);
});

test("a progress bar of hours keeps its time and what it says now, and the lines behind it their places", () => {
  const log = new LogWindow();
  const stamp = "2026-11-25T03:00:01.500Z ";
  let sent = 0;
  const send = (text) => {
    sent += text.length;
    log.append(bytes(text));
  };
  send(stamp);
  for (let at = 0; at < 200; at++) send(`\r${String(at).padStart(500, ".")}`);
  assert.ok(log.open.text.length < 40_000);
  assert.ok(log.open.text.endsWith("199"));
  send("\nnext\n");
  const [bar, next] = log.pieces.at(-1).lines;
  assert.equal(bar.time, Date.UTC(2026, 10, 25, 3, 0, 1, 500));
  assert.deepEqual([next.text, next.at, log.end], ["next", sent - 5, sent]);
});

test("lines before an offset are counted", () => {
  const { all, starts } = numbered(10);
  const log = new LogWindow();
  log.append(all);
  assert.deepEqual([log.linesBefore(starts[4]), log.has(starts[4]), log.has(all.length)], [4, true, false]);
});

test("levels are known by their words", () => {
  assert.equal(levelOf("ERROR no such file"), "error");
  assert.equal(levelOf("error: No solution found"), "error");
  assert.equal(levelOf("2026/11/25 03:00:01 WARNING mlflow.utils: old"), "warn");
  assert.equal(levelOf("ValueError: no"), "error");
  assert.equal(levelOf("Traceback (most recent call last):"), "error");
  assert.equal(levelOf("site.py:1: UserWarning: careful"), "warn");
  assert.equal(levelOf("=== Fetching the code ==="), "note");
  assert.equal(levelOf("error rate 0.1, warnings: none"), "");
});

test("times are since the beginning, or of the clock", () => {
  const since = Date.UTC(2026, 0, 1);
  assert.equal(timeText(since + 45_000, since), "00:45");
  assert.equal(timeText(since + 3_723_000, since), "1:02:03");
  assert.equal(timeText(since - 1000, since), "00:00");
  assert.match(timeText(since, Number.NaN), /^\d\d:\d\d:\d\d$/);
  assert.equal(timeText(Number.NaN, since), "");
});

test("a text is cut at what is looked for", () => {
  assert.deepEqual(cutAt("a NaN and nan", "NaN"), [
    { text: "a ", isHit: false },
    { text: "NaN", isHit: true },
    { text: " and ", isHit: false },
    { text: "nan", isHit: true },
  ]);
  assert.deepEqual(cutAt("x", ""), [{ text: "x", isHit: false }]);
});
