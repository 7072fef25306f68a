// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../static/js/store.js";

/** A store whose notices wait until `paint()`. */
function makeStore() {
  /** @type {(() => void)[]} */
  const tasks = [];
  const store = new Store((task) => tasks.push(task));
  const paint = () => tasks.splice(0).forEach((task) => task());
  return { store, paint, tasks };
}
const card = (/** @type {number} */ id, /** @type {number} */ version, more = {}) => ({ type: "call", id, version, ...more });

test("a snapshot fills the board and frames that follow it change it", () => {
  const { store } = makeStore();
  assert.equal(store.begin({ epoch: "e", to: 10, cards: [card(1, 10)] }), true);
  assert.equal(store.apply({ from: 10, to: 12, cards: [card(2, 12)] }), "applied");
  assert.deepEqual(store.all("call").map((found) => found.id), [1, 2]);
  assert.equal(store.to, 12);
});

test("an empty frame moves the place in the sequence", () => {
  const { store } = makeStore();
  store.begin({ epoch: "e", to: 10, cards: [] });
  assert.equal(store.apply({ from: 10, to: 40, cards: [] }), "applied");
  assert.equal(store.to, 40);
});

test("a frame already known changes nothing; an overlapping one is applied", () => {
  const { store } = makeStore();
  store.begin({ epoch: "e", to: 10, cards: [card(1, 10, { status: "new" })] });
  assert.equal(store.apply({ from: 5, to: 10, cards: [card(1, 8, { status: "old" })] }), "old");
  assert.equal(store.apply({ from: 8, to: 11, cards: [card(1, 8, { status: "old" }), card(2, 11)] }), "applied");
  assert.equal(store.get("call", 1)?.status, "new");
  assert.equal(store.get("call", 2)?.version, 11);
});

test("a frame past the end is a gap and changes nothing", () => {
  const { store } = makeStore();
  assert.equal(store.apply({ from: 0, to: 1, cards: [card(1, 1)] }), "gap");
  store.begin({ epoch: "e", to: 10, cards: [] });
  assert.equal(store.apply({ from: 11, to: 12, cards: [card(1, 12)] }), "gap");
  assert.equal(store.all("call").length, 0);
});

test("a card that left does not come back by an older version", () => {
  const { store } = makeStore();
  store.begin({ epoch: "e", to: 10, cards: [card(1, 10)] });
  store.apply({ from: 10, to: 12, cards: [card(1, 12, { gone: true })] });
  assert.equal(store.get("call", 1), undefined);
  store.apply({ from: 12, to: 13, cards: [card(1, 11)] });
  assert.equal(store.get("call", 1), undefined);
  store.apply({ from: 13, to: 14, cards: [card(1, 14)] });
  assert.equal(store.get("call", 1)?.version, 14);
});

test("an older snapshot of the same stream is ignored, another stream's is taken", () => {
  const { store } = makeStore();
  store.begin({ epoch: "e", to: 10, cards: [card(1, 10)] });
  assert.equal(store.begin({ epoch: "e", to: 9, cards: [] }), false);
  assert.equal(store.begin({ epoch: "f", to: 3, cards: [card(7, 3)] }), true);
  assert.deepEqual(store.all("call").map((found) => found.id), [7]);
});

test("many changes are one notice per painted frame", () => {
  const { store, paint, tasks } = makeStore();
  /** @type {string[][]} */
  const heard = [];
  const stop = store.subscribe(({ keys }) => heard.push([...keys].sort()));
  store.begin({ epoch: "e", to: 1, cards: [card(1, 1)] });
  store.apply({ from: 1, to: 2, cards: [card(2, 2)] });
  store.apply({ from: 2, to: 3, cards: [card(2, 3)] });
  assert.equal(tasks.length, 1);
  assert.deepEqual(heard, []);
  paint();
  assert.deepEqual(heard, [["call:1", "call:2"]]);
  stop();
  store.apply({ from: 3, to: 4, cards: [card(3, 4)] });
  paint();
  assert.equal(heard.length, 1);
});

test("a snapshot after a pause names only what really changed", () => {
  const { store, paint } = makeStore();
  store.begin({ epoch: "e", to: 1, cards: [card(1, 1, { status: "a" }), card(2, 1), card(3, 1)] });
  paint();
  /** @type {string[]} */
  let keys = [];
  store.subscribe((changes) => (keys = [...changes.keys].sort()));
  store.begin({ epoch: "e", to: 9, cards: [card(1, 9, { status: "b" }), card(2, 9)] });
  paint();
  assert.deepEqual(keys, ["call:1", "call:3"]);
});

test("places of units come outside the sequence and never go back in time", () => {
  const { store } = makeStore();
  store.begin({ epoch: "e", to: 1, cards: [{ type: "unit", id: 5, version: 1, position: null }] });
  store.place([{ id: 5, lat: 1, lng: 2, at: "2026-01-01T00:00:02Z" }, { id: 99, lat: 0, lng: 0, at: "x" }]);
  store.place([{ id: 5, lat: 9, lng: 9, at: "2026-01-01T00:00:01Z" }]);
  assert.deepEqual(store.get("unit", 5)?.position, { lat: 1, lng: 2, at: "2026-01-01T00:00:02Z" });
  assert.equal(store.to, 1);
  store.place([{ id: 5 }]);
  assert.equal(store.get("unit", 5)?.position, null, "nobody tells it any more");
});

test("whatever the order and repetition of frames, the board ends as the newest versions say", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    let state = seed;
    const random = () => ((state = (state * 1103515245 + 12345) % 2147483648) / 2147483648);
    const frames = Array.from({ length: 20 }, (_, index) => {
      const gone = random() < 0.2;
      return { from: index, to: index + 1, cards: [card(Math.floor(random() * 4), index + 1, gone ? { gone } : { at: index })] };
    });
    const { store: plain } = makeStore();
    plain.begin({ epoch: "e", to: 0, cards: [] });
    frames.forEach((frame) => plain.apply(frame));
    const { store: rough } = makeStore();
    rough.begin({ epoch: "e", to: 0, cards: [] });
    while (rough.to < 20) rough.apply(frames[Math.floor(random() * frames.length)]);
    const sorted = (/** @type {Store} */ store) => store.all("call").sort((a, b) => a.id - b.id);
    assert.deepEqual(sorted(rough), sorted(plain));
  }
});
