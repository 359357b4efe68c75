import assert from "node:assert/strict";
import { test } from "node:test";
import { getIfChanged, Poller } from "../../static/js/lib/poll.js";

/** A clock that runs when told to. */
function handClock() {
  const waiting = [];
  return {
    waiting,
    start: (run, ms) => {
      const timer = { run, ms };
      waiting.push(timer);
      return timer;
    },
    stop: (timer) => waiting.splice(waiting.indexOf(timer), 1),
    async tick() {
      waiting.shift().run();
      await new Promise(setImmediate);
    },
  };
}
const settled = () => new Promise(setImmediate);

test("it asks at once, then after each interval", async () => {
  const clock = handClock();
  let asked = 0;
  const poller = new Poller(async () => ++asked > 0, { interval: 1000, clock });
  poller.start();
  await settled();
  assert.deepEqual([asked, clock.waiting[0].ms], [1, 1000]);
  await clock.tick();
  assert.equal(asked, 2);
});

test("failures double the wait up to the slowest, a success resets it", async () => {
  const clock = handClock();
  let broken = true;
  const poller = new Poller(
    async () => {
      if (broken) throw new Error("away");
      return true;
    },
    { interval: 1000, slowest: 5000, clock },
  );
  poller.start();
  await settled();
  const waits = [];
  for (let turn = 0; turn < 4; turn++) {
    waits.push(clock.waiting[0].ms);
    await clock.tick();
  }
  assert.deepEqual(waits, [2000, 4000, 5000, 5000]);
  broken = false;
  await clock.tick();
  assert.equal(clock.waiting[0].ms, 1000);
});

test("it ends when there is nothing more to expect", async () => {
  const clock = handClock();
  const poller = new Poller(async () => false, { clock });
  poller.start();
  await settled();
  assert.equal(poller.running, false);
  assert.equal(clock.waiting.length, 0);
});

test("stopped, it asks no more and starts again where it was", async () => {
  const clock = handClock();
  let asked = 0;
  const poller = new Poller(async () => ++asked > 0, { clock });
  poller.start(false);
  poller.stop();
  assert.equal(clock.waiting.length, 0);
  poller.start(false);
  await clock.tick();
  assert.equal(asked, 1);
});

test("started anew while a call is out, it asks again at once", async () => {
  const clock = handClock();
  const answers = [];
  const poller = new Poller(() => new Promise((resolve) => answers.push(resolve)), { clock });
  poller.start();
  poller.stop();
  poller.start();
  assert.equal(answers.length, 1);
  answers[0](true);
  await settled();
  assert.equal(answers.length, 2);
});

test("an unchanged answer is null and the tag is sent", async () => {
  const seen = [];
  globalThis.fetch = async (_, { headers }) => {
    seen.push(headers["If-None-Match"]);
    return headers["If-None-Match"]
      ? new Response(null, { status: 304 })
      : Response.json({ a: 1 }, { headers: { ETag: '"v1"' } });
  };
  const first = await getIfChanged("/x", null);
  assert.deepEqual(first, { data: { a: 1 }, etag: '"v1"' });
  assert.equal(await getIfChanged("/x", first.etag), null);
  assert.deepEqual(seen, [undefined, '"v1"']);
});

test("any other answer is an error", async () => {
  globalThis.fetch = async () => new Response("", { status: 503 });
  await assert.rejects(getIfChanged("/x", null), /503/);
});
