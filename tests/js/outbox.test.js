// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "../../static/js/outbox.js";
import { Memory } from "./memory.js";

const note = (/** @type {string} */ text) => ({ call: 1, number: "1", text });
const lost = () => Promise.reject(Object.assign(new Error("no answer"), { unanswered: true }));
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A server that answers when told to. */
function slowServer() {
  /** @type {{text: string, key: string, answer: () => void}[]} */
  const got = [];
  const send = (/** @type {any} */ { text, key }) => new Promise((resolve) => got.push({ text, key, answer: () => resolve({}) }));
  return { got, send };
}

test("a note written while another is on its way goes out after it", async () => {
  const { got, send } = slowServer();
  const outbox = new Outbox("d1", new Memory(), send, () => {});
  outbox.add(note("one"));
  outbox.add(note("two"));
  got[0].answer();
  await settled();
  assert.deepEqual(got.map(({ text }) => text), ["one", "two"]);
  got[1].answer();
  await settled();
  assert.deepEqual(outbox.waiting(), []);
});

test("a note without an answer goes again with its own key", async () => {
  /** @type {string[]} */
  const keys = [];
  const answers = [lost, () => Promise.resolve({})];
  const outbox = new Outbox("d1", new Memory(), ({ key }) => (keys.push(key), /** @type {any} */ (answers.shift())()), () => {});
  await outbox.add(note("one"));
  assert.equal(outbox.waiting().length, 1);
  await outbox.flush();
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.deepEqual(outbox.waiting(), []);
  outbox.wipe();
});

for (const status of [401, 403, 408, 429]) {
  test(`an answer of ${status} says nothing about the note, which is kept to be sent`, async () => {
    const outbox = new Outbox("d1", new Memory(), () => Promise.reject(Object.assign(new Error("x"), { status })), () => {});
    await outbox.add(note("one"));
    assert.equal(outbox.waiting().length, 1);
    outbox.wipe();
  });
}

test("two windows of one person lose no note of each other", async () => {
  const storage = new Memory();
  const first = new Outbox("d1", storage, lost, () => {});
  const second = new Outbox("d1", storage, lost, () => {});
  await first.add(note("first"));
  await second.add(note("second"));
  const after = new Outbox("d1", storage, lost, () => {});
  assert.deepEqual(after.waiting().map(({ text }) => text).sort(), ["first", "second"]);
  for (const outbox of [first, second, after]) outbox.wipe();
});

test("a note that another window has sent does not come back with the page", async () => {
  const storage = new Memory();
  const first = new Outbox("d1", storage, lost, () => {});
  await first.add(note("one"));
  const second = new Outbox("d1", storage, async () => ({}), () => {});
  await second.flush();
  await first.add(note("two"));
  assert.deepEqual(new Outbox("d1", storage, lost, () => {}).waiting().map(({ text }) => text), ["two"]);
  first.wipe();
});

test("somebody else's notes and a broken one are left alone", async () => {
  const storage = new Memory();
  const other = new Outbox("d2", storage, lost, () => {});
  await other.add(note("theirs"));
  storage.setItem("care-outbox:d1:broken", "{");
  const mine = new Outbox("d1", storage, lost, () => {});
  assert.deepEqual(mine.waiting(), []);
  mine.wipe();
  assert.equal(new Outbox("d2", storage, lost, () => {}).waiting().length, 1);
  other.wipe();
});
