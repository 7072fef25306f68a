// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallDesk } from "../../static/js/desk.js";

const world = /** @type {any} */ (globalThis);
world.document = { cookie: "" };

test("keeping theirs in one field does not lose what was changed in the others", async () => {
  /** @type {any[]} */
  const sent = [];
  const clashes = { priority: { yours: "2", theirs: "1" } };
  const answers = [
    { status: 409, body: { error: "same_field_changed", message: "no", fields: clashes } },
    { status: 200, body: {} },
  ];
  world.fetch = async (/** @type {string} */ _, /** @type {any} */ { body, headers }) => {
    sent.push({ ...JSON.parse(body), base: headers["If-Match"] });
    const { status, body: said } = /** @type {any} */ (answers.shift());
    return { ok: status < 400, status, json: async () => said };
  };
  const desk = new CallDesk(/** @type {any} */ ({ store: { get: () => undefined }, changed() {} }));
  await assert.rejects(desk.patch(7, { priority: "2", location: "12 ELM ST" }, 40));
  assert.deepEqual(await desk.keepTheirs(), ["location"]);
  assert.deepEqual(sent[1], { location: "12 ELM ST", base: '"40"' });
  assert.equal(desk.conflict, null);
});

/** A desk whose board stays at version 40. @param {(number | undefined)[]} asked on which version each change was based */
function makeDesk(asked) {
  let seq = 100;
  const app = /** @type {any} */ ({ store: { get: () => ({ version: 40 }) } });
  return new CallDesk(app, async (_method, _path, _fields, { version } = {}) => {
    asked.push(version);
    return { seq: (seq += 1) };
  });
}

test("a second change of a field I have just set does not clash with the first", async () => {
  /** @type {number[]} */
  const asked = [];
  const desk = makeDesk(asked);
  await desk.patch(7, { priority: "1" });
  await desk.patch(7, { priority: "2" });
  await desk.patch(7, { location: "12 ELM ST" });
  await desk.patch(7, { priority: "3", location: "14 ELM ST", nature: "Welfare check" });
  assert.deepEqual(asked, [40, 101, 40, 40]);
});
