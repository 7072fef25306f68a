// @ts-check
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { post } from "../../static/js/api.js";

/** @type {string[]} the keys the server was sent */
let keys = [];
/** @type {(() => Promise<any>)[]} what it answers, in order */
let answers = [];
const world = /** @type {any} */ (globalThis);
world.document = { cookie: "csrftoken=t" };
world.dispatchEvent = () => true;
world.fetch = async (/** @type {string} */ _, /** @type {any} */ { headers }) => {
  keys.push(headers["Idempotency-Key"]);
  return /** @type {any} */ (answers.shift())();
};
const lost = () => Promise.reject(new TypeError("network"));
const said = (/** @type {number} */ status, /** @type {any} */ body = {}) => async () => ({ ok: status < 400, status, json: async () => body });

beforeEach(() => {
  keys = [];
});

test("the same change said again after no answer goes with the same key", async () => {
  answers = [lost, said(503), said(200), said(200)];
  await assert.rejects(post("/api/units/7/status/", { status: "en_route" }));
  await assert.rejects(post("/api/units/7/status/", { status: "en_route" }));
  await post("/api/units/7/status/", { status: "en_route" });
  await post("/api/units/7/status/", { status: "en_route" });
  assert.equal(new Set(keys.slice(0, 3)).size, 1);
  assert.notEqual(keys[3], keys[0]);
});

test("the same words on the unit's next call are a new change, though the first answer was lost", async (context) => {
  let now = 1000;
  context.mock.method(performance, "now", () => now);
  answers = [lost, said(200)];
  await assert.rejects(post("/api/units/8/status/", { status: "en_route" }));
  now += 10 * 60_000;
  await post("/api/units/8/status/", { status: "en_route" });
  assert.notEqual(keys[0], keys[1]);
});

test("a refusal is an answer: the next try is a new change", async () => {
  answers = [said(409, { error: "x", message: "no" }), said(200)];
  await assert.rejects(post("/api/units/9/status/", {}));
  await post("/api/units/9/status/", {});
  assert.notEqual(keys[0], keys[1]);
});
