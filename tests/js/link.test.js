// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Link, SILENCE_MS } from "../../static/js/link.js";
import { Store } from "../../static/js/store.js";

/** A link whose socket never opens and whose poll answers what the test says.
 * @param {import("node:test").TestContext} context @param {() => Promise<any>} poll */
function polling(context, poll) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  const clock = /** @type {any} */ ({ local: () => now, heard() {} });
  const open = () => {
    throw new Error("no socket here");
  };
  /** @type {string[]} */
  const states = [];
  const means = { ticket: async () => ({ ticket: "t", epoch: "e" }), poll, open, random: () => 0.5 };
  const link = new Link(new Store((task) => task()), clock, means, ({ state }) => states.push(state));
  /** Let time pass, a tenth of a second at once. @param {number} ms */
  const pass = async (ms) => {
    for (let passed = 0; passed < ms; passed += 100) {
      now += 100;
      context.mock.timers.tick(100);
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    }
  };
  return { link, states, pass };
}

const beat = { type: "beat", to: 5, at: "2026-01-01T00:00:00Z" };
const snapshot = { type: "snapshot", epoch: "e", to: 5, cards: [] };

test("without a socket the board is bridged by polling", async (context) => {
  const { link, pass } = polling(context, async () => ({ messages: [snapshot, beat] }));
  await link.start();
  await pass(5000);
  assert.equal(link.state, "polling");
  assert.equal(link.store.to, 5);
  link.stop();
});

test("an answer without a beat is no fresh board: the server cannot read its log", async (context) => {
  const { link, states, pass } = polling(context, async () => ({ messages: [snapshot] }));
  await link.start();
  await pass(SILENCE_MS * 2);
  assert.deepEqual(states, ["down"]);
  assert.equal(link.fresh, false);
  link.stop();
});

test("a poll that loses its beat is down within the silence, and stays down", async (context) => {
  /** @type {any[]} */
  let messages = [snapshot, beat];
  const { link, states, pass } = polling(context, async () => ({ messages }));
  await link.start();
  await pass(5000);
  messages = [];
  await pass(SILENCE_MS * 3);
  assert.deepEqual(states, ["down", "polling", "down"]);
  link.stop();
});
