// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { askFirst } from "../../static/js/recommend.js";

const CALL = { id: 7, assignments: [], overridden: false };
const DETAIL = { id: 7, verdict: { safety_questions: ["weapon"] } };
const CARE = { discipline: "care" };
const POLICE = { discipline: "police" };

test("CARE without police waits for the answer to a safety question", () => {
  assert.deepEqual(askFirst(CALL, DETAIL, [CARE]), ["weapon"]);
});

test("with police, after a decision by hand, or when nothing is open, nothing has to be asked", () => {
  assert.deepEqual(askFirst(CALL, DETAIL, [CARE, POLICE]), []);
  assert.deepEqual(askFirst({ ...CALL, assignments: [POLICE] }, DETAIL, [CARE]), []);
  assert.deepEqual(askFirst({ ...CALL, overridden: true }, DETAIL, [CARE]), []);
  assert.deepEqual(askFirst(CALL, { id: 8, verdict: DETAIL.verdict }, [CARE]), []);
  assert.deepEqual(askFirst(CALL, DETAIL, [POLICE]), []);
});
