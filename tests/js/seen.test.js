import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { Seen } from "../../static/js/seen.js";
import { Store } from "../../static/js/store.js";

/** A board with two calls, of which one was reported before. @param {(body: any) => any} post */
function board(post, shown = () => true) {
  mock.timers.enable({ apis: ["setTimeout"] });
  const store = new Store((task) => task());
  const card = (/** @type {number} */ id, /** @type {string | null} */ seen_at) => ({ type: "call", id, version: 1, seen_at });
  store.begin({ epoch: "e", to: 1, cards: [card(1, "2026-03-02T20:00:00Z"), card(2, null)] });
  return { store, seen: new Seen(store, async (body) => post(body), shown, () => 0) };
}

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

test("what nobody has reported yet is reported once, a moment later", async (t) => {
  t.after(() => mock.timers.reset());
  /** @type {any[]} */
  const said = [];
  const { seen } = board((body) => said.push(body));
  seen.look();
  seen.look();
  assert.deepEqual(said, []);
  mock.timers.tick(300);
  assert.deepEqual(said, [{ calls: [2], alerts: [] }]);
});

test("what another console has reported meanwhile is not reported again", (t) => {
  t.after(() => mock.timers.reset());
  /** @type {any[]} */
  const said = [];
  const { seen, store } = board((body) => said.push(body));
  seen.look();
  store.apply({ from: 1, to: 2, cards: [{ type: "call", id: 2, version: 2, seen_at: "2026-03-02T20:00:01Z" }] });
  mock.timers.tick(300);
  assert.deepEqual(said, []);
});

test("a page nobody looks at has shown nothing", (t) => {
  t.after(() => mock.timers.reset());
  /** @type {any[]} */
  const said = [];
  const { seen } = board((body) => said.push(body), () => false);
  seen.look();
  mock.timers.tick(10_000);
  assert.deepEqual(said, []);
});

test("a receipt that did not get through is sent again", async (t) => {
  t.after(() => mock.timers.reset());
  let tries = 0;
  const { seen } = board(() => {
    tries += 1;
    if (tries === 1) throw new Error("no answer");
  });
  seen.look();
  mock.timers.tick(300);
  await settle();
  mock.timers.tick(4000);
  assert.equal(tries, 2);
});
