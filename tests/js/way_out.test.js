// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { way } from "../../static/js/commands/way_out.js";
import { makeApp } from "./board.js";

const held = (/** @type {number} */ call_id) => ({
  code: "unit_held", status: 409, message: "P101 is on scene on call 139 (sent by D1 at 14:00:00).", data: { held_by: { call_id } },
});
const send = { verb: "D", call: 42, units: ["P101"] };

test("who loses a unit reads who else is free and how to take it over", () => {
  assert.equal(way(makeApp(), send, held(39)), " Free: P103 CIT, P102. The same line with ; and why takes it off there.");
});

test("a unit that is on this very call is not offered to be taken off it", () => {
  assert.equal(way(makeApp(), send, held(42)), " It is on this call already.");
});

test("who was overtaken on a field is told that the same line now stands", () => {
  assert.equal(way(makeApp(), { verb: "P", call: 42, priority: "2" }, { code: "same_field_changed", status: 409 }), " Enter again sets yours.");
});

test("what needs a reason says where the reason goes", () => {
  assert.match(way(makeApp(), { ...send, units: ["CARE1"] }, { code: "care_needs_police", status: 409 }), /semicolon/);
  assert.match(way(makeApp(), { verb: "MODE", call: 42, response: "care_only" }, { code: "invalid", status: 400 }), /new_information, no_unit/);
  assert.equal(way(makeApp(), { verb: "ER", units: ["P101"] }, new Error("anything")), "");
});
