// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, elapsed, wallClock } from "../../static/js/clock.js";
import { lateness, ofServer } from "../../static/js/timers.js";

test("the least delayed of the recent beats gives the server's time", () => {
  let local = 1_000_000;
  const clock = new Clock(() => local);
  assert.equal(clock.now(), local);
  clock.heard(new Date(local + 5000 - 900).toISOString()); // came 0.9 s late
  clock.heard(new Date(local + 5000 - 20).toISOString());
  clock.heard("not a time");
  assert.equal(clock.offset, 4980);
  local += 10_000;
  assert.equal(clock.now(), local + 4980);
});

test("a clock that was set back is believed after a few beats", () => {
  const clock = new Clock(() => 0);
  clock.heard(new Date(60_000).toISOString());
  for (let beat = 0; beat < 8; beat += 1) clock.heard(new Date(1000).toISOString());
  assert.equal(clock.offset, 1000);
});

test("every second each listener is told the server's time, once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const clock = new Clock();
  let ticks = 0;
  clock.everySecond(() => (ticks += 1));
  clock.start();
  t.mock.timers.tick(1000);
  t.mock.timers.tick(1000);
  clock.stop();
  t.mock.timers.tick(5000);
  assert.equal(ticks, 3);
});

test("waits are short to read", () => {
  assert.equal(elapsed(48_999), "0:48");
  assert.equal(elapsed(21 * 60_000 + 2000), "21:02");
  assert.equal(elapsed(3_909_000), "1:05:09");
  assert.equal(elapsed(-5), "0:00");
});

test("moments are shown in the center's time zone", () => {
  assert.equal(wallClock("America/Chicago")("2026-07-01T20:00:05Z"), "15:00:05");
  assert.equal(wallClock("America/Chicago")(null), "");
});

test("what no other console shows is late by its own limits", () => {
  assert.equal(lateness("unsent", 14), "");
  assert.equal(lateness("unsent", 15), "warn");
  assert.equal(lateness("unsent", 60), "over");
  assert.equal(lateness("pending:1", 1e9), "", "a call is late when the server says so");
});

test("the server's word is shown, and a call on hold is not late", () => {
  assert.deepEqual([0, 1, 2, 3].map((step) => ofServer(step)), ["", "warn", "over", "over"]);
  assert.equal(ofServer(2, true), "held");
  assert.equal(ofServer(undefined), "");
});
