// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { backLine, wayBack } from "../../static/js/commands/undo.js";
import { makeApp } from "./board.js";

const back = (/** @type {any} */ command, app = makeApp()) => wayBack(app, command)?.line;

test("each command that can be put back names the line that does it", () => {
  assert.equal(back({ verb: "D", call: 42, units: ["P102", "P103"] }), "AV P102 P103 c");
  assert.equal(back({ verb: "P", call: 42, priority: "1" }), "P #142 3");
  assert.equal(back({ verb: "H", call: 42, minutes: 10 }), "H #142 0");
  assert.equal(back({ verb: "MODE", call: 42, response: "standard" }), "MODE #142 triage; set by mistake");
  assert.equal(back({ verb: "OOS", units: ["P102"] }), "AV P102");
  assert.equal(back({ verb: "CAN", call: 42 }), "RE 142; closed by mistake");
});

test("a stage reported by mistake goes back to the one before", () => {
  assert.equal(back({ verb: "OS", units: ["CARE1"] }), "BACK CARE1 en_route pressed");
  assert.equal(back({ verb: "OS", units: ["P102"] }), undefined, "it is on no call");
  assert.equal(back({ verb: "OS", units: ["P101", "CARE1"] }), undefined, "two are two lines");
});

test("a unit taken off goes back as far as it was", () => {
  assert.equal(back({ verb: "X", units: ["M71"] }), "D #139 M71");
  assert.equal(back({ verb: "AV", units: ["M71", "CARE1"] }), "DE #139 M71 CARE1");
  assert.equal(back({ verb: "AV", units: ["P101"] }), "DO #139 P101");
  assert.equal(back({ verb: "AV", units: ["P102"] }), undefined);
});

test("when the last unit's leaving closed the call, it is reopened first", () => {
  const app = makeApp();
  const found = /** @type {any} */ (wayBack(app, { verb: "AV", units: ["P101"] }));
  app.calls.splice(1, 1);
  assert.equal(backLine(app, found), "RE 139; a unit was freed by mistake");
});

test("an answer goes back to what was known before, never below unknown", () => {
  const fact = { fact: "weapon", value: "denied" };
  const known = (/** @type {any} */ facts) => makeApp({ detail: { id: 42, facts } });
  assert.equal(back({ verb: "Q", call: 42, fact }, known({ weapon: "in_hand" })), "Q #142 W=in_hand");
  assert.equal(back({ verb: "Q", call: 42, fact }, known({})), "Q #142 W=unknown");
  assert.equal(back({ verb: "Q", call: 42, fact }), undefined);
});

test("what no single line puts back offers none", () => {
  for (const verb of ["N", "NEW", "TOLD"]) assert.equal(back({ verb, call: 42, units: ["P101"] }), undefined);
});
