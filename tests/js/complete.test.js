// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, offers } from "../../static/js/commands/complete.js";
import { makeApp } from "./board.js";

const inserts = (/** @type {string} */ line) => offers(makeApp(), line).map(({ insert }) => insert);

test("a question that is chosen waits for its answer right behind the equals sign", () => {
  const [offer] = offers(makeApp(), "q w");
  assert.equal(accept("q w", offer), "q W=");
  assert.equal(accept("d ca", { insert: "CARE1", label: "", detail: "" }), "d CARE1 ");
});

test("after the equals sign every answer there is is offered, no and unknown first", () => {
  assert.deepEqual(inserts("q w="), ["W=no", "W=unknown", "W=secured", "W=in_reach", "W=in_hand"]);
  assert.deepEqual(inserts("q weapon=in"), ["WEAPON=in_reach", "WEAPON=in_hand"]);
});
