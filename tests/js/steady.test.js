// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Steady } from "../../static/js/steady.js";

const rows = (/** @type {number[]} */ ...ids) => ids.map((id) => ({ id }));
const ids = (/** @type {{shown: {id: number}[]}} */ { shown }) => shown.map((row) => row.id);

test("nobody in the list: it is sorted", () => {
  const steady = new Steady(() => {});
  steady.order(rows(1, 2));
  assert.deepEqual(ids(steady.order(rows(3, 2, 1))), [3, 2, 1]);
});

test("while held nothing known moves, new rows come last, gone ones go", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const steady = new Steady(() => {});
  steady.order(rows(1, 2, 3));
  steady.hold("focus");
  const { shown, moved } = steady.order(rows(9, 3, 1));
  assert.deepEqual(ids({ shown }), [1, 3, 9]);
  assert.equal(moved, 2);
});

test("it is sorted when the last hand leaves, or after five idle seconds", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let settled = 0;
  const steady = new Steady(() => (settled += 1));
  steady.hold("focus");
  steady.hold("pointer");
  steady.release("pointer");
  assert.equal(settled, 0);
  steady.release("focus");
  assert.equal(settled, 1);
  steady.hold("pointer");
  t.mock.timers.tick(5000);
  assert.equal(settled, 2);
});
