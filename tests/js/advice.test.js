// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Advice } from "../../static/js/advice.js";

const PICK = { callsign: "CARE1", eta_seconds: 130, eta_method: "estimate", terms: [{ words: "youth" }] };
const ANSWER = {
  call_id: 7, unfilled: { police: 1 }, teams: [{ picks: [PICK], alone: true, words: "", lacks: [] }], excluded: [], shortfalls: [], sooner: [],
};

/** @param {(path: string, signal: AbortSignal) => Promise<any>} ask */
function makeAdvice(ask) {
  /** @type {any} */
  const app = { told: 0, store: { get: () => ({}) }, unit: (/** @type {string} */ callsign) => ({ callsign }), changed: () => (app.told += 1) };
  return { app, advice: new Advice(app, /** @type {any} */ (ask)) };
}

test("what the server recommends is offered with its reasons and what is missing", async () => {
  const { app, advice } = makeAdvice(async () => ANSWER);
  const [first] = await advice.now(7);
  assert.deepEqual([first.units[0].callsign, first.why, first.missing, first.alone], ["CARE1", ["CARE1 2 min est., youth"], ["police"], true]);
  assert.equal(app.told, 1);
  assert.deepEqual(advice.of(8), []);
});

test("an answer for a call that is not open any more is not taken", async () => {
  /** @type {((answer: any) => void)[]} */
  const waiting = [];
  const { advice } = makeAdvice(() => new Promise((resolve) => waiting.push(resolve)));
  advice.open(7);
  advice.open(8);
  waiting[1]({ ...ANSWER, call_id: 8 });
  waiting[0](ANSWER);
  assert.equal((await advice.now(8)).length, 1);
  assert.deepEqual(advice.of(7), []);
});

test("without an answer nothing is offered and the reason is said", async () => {
  const { advice } = makeAdvice(async () => {
    throw new Error("No answer from the server");
  });
  assert.deepEqual(await advice.now(7), []);
  assert.equal(advice.problem, "No answer from the server");
});
