// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { askFirst, canBeSent, conditions, miles, ranked, servicesOf, stillNeeded } from "../../static/js/recommend.js";
import { FLAGS, flagMark, flagWords, rank } from "../../static/js/words.js";

const HERE = { lat: 32.59, lng: -96.86 };
/** @param {string} callsign @param {string} discipline @param {any} [fields] @returns {any} */
const unit = (callsign, discipline, fields = {}) => ({
  id: callsign.length, callsign, discipline, status: "available", status_at: "", capabilities: [], languages: ["en"], home: "",
  agency: { code: "desoto-pd" }, assignment: null, position: HERE, ...fields,
});
/** @param {any} [fields] @returns {any} */
const call = (fields = {}) => ({
  ...HERE, response: "care_police", services: ["care", "police"], behavioral: "yes", flags: {}, assignments: [],
  jurisdiction: { code: "desoto-pd", name: "DeSoto" }, ...fields,
});
/** @param {number} north miles */
const at = (north) => ({ lat: HERE.lat + north / 69, lng: HERE.lng });

test("before triage it is police and EMS, never CARE", () => {
  assert.deepEqual(servicesOf(call({ response: "", services: [] })), ["police", "ems"]);
});

test("what is on the call already is not sent again", () => {
  assert.deepEqual(stillNeeded(call({ assignments: [{ discipline: "police" }] })), ["care"]);
});

test("only a free unit is sent, the nearest first", () => {
  const units = [
    unit("P1", "police", { position: at(3) }), unit("P2", "police", { position: at(1) }),
    unit("P3", "police", { position: at(0), status: "unavailable" }), unit("P4", "police", { position: at(0), assignment: { call_id: 1 } }),
  ];
  assert.deepEqual(ranked(call(), units, "police").map(({ unit: { callsign } }) => callsign), ["P2", "P1"]);
});

test("who can be called away is sent after who is free, and on what it is is said", () => {
  const away = unit("CARE1", "care", { status: "conditional", unavailable_reason: "visit" });
  const far = unit("CARE2", "care", { position: at(9) });
  assert.deepEqual(ranked(call(), [away, far], "care").map(({ unit: { callsign } }) => callsign), ["CARE2", "CARE1"]);
  assert.ok(canBeSent(away) && canBeSent(far) && !canBeSent(unit("CARE3", "care", { status: "on_scene" })));
  const app = /** @type {any} */ ({ label: (/** @type {string} */ list, /** @type {string} */ code) => (list === "away_reasons" && code === "visit" ? "Follow-up visit" : code) });
  assert.deepEqual(conditions(app, [away, far]), ["CARE1 only conditionally: Follow-up visit"]);
});

test("an officer trained for a crisis and of the call's own city is worth a few miles", () => {
  const near = unit("P1", "police", { position: at(1) });
  const trained = unit("P2", "police", { position: at(3), capabilities: ["cit"] });
  const stranger = unit("P3", "police", { position: at(0), agency: { code: "cedar-hill-pd" } });
  const order = (/** @type {any} */ of) => ranked(of, [near, trained, stranger], "police").map(({ unit: { callsign } }) => callsign);
  assert.deepEqual(order(call()), ["P2", "P1", "P3"]);
  assert.deepEqual(order(call({ behavioral: "no" })), ["P1", "P2", "P3"]);
});

test("a team for the young and one that speaks the language come first where it matters, and say why", () => {
  const any = unit("CARE1", "care", { position: at(1) });
  const youth = unit("CARE2", "care", { position: at(2), capabilities: ["youth"] });
  const spanish = unit("CARE3", "care", { position: at(2), languages: ["en", "es"] });
  const first = (/** @type {any} */ flags) => ranked(call({ flags }), [any, youth, spanish], "care")[0];
  assert.equal(first({}).unit.callsign, "CARE1");
  assert.equal(first({ J: "yes" }).unit.callsign, "CARE2");
  assert.ok(first({ J: "yes" }).why.includes("youth"));
  assert.equal(first({ L: "yes" }).unit.callsign, "CARE3");
});

test("a place that is not known is no distance", () => {
  assert.equal(miles(null, HERE), null);
  assert.equal(miles(HERE, { lat: null, lng: null }), null);
  assert.equal(Math.round(miles(HERE, at(10)) ?? 0), 10);
});

test("a weapon nobody asked about shows a question mark, any other flag a dash, and both are said in words", () => {
  assert.deepEqual(FLAGS.map(({ letter }) => flagMark(letter, "")), ["?", "‐", "‐", "‐", "‐", "‐"]);
  assert.deepEqual([flagMark("V", "yes"), flagMark("V", "unknown"), flagMark("V", "denied")], ["V", "?", "·"]);
  assert.equal(flagWords({ W: "yes", S: "unknown" }), "weapon, suicide unknown");
  assert.equal(flagWords({}), "weapon unknown");
  assert.equal(flagWords({ W: "denied" }), "no flags");
});

test("the pending board is in the order of its priorities", () => {
  assert.deepEqual(["3", "P", "1", "4", "2"].sort((a, b) => rank(a) - rank(b)), ["P", "1", "2", "3", "4"]);
});

// --- what has to be asked first ---------------------------------------------------------------------
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
