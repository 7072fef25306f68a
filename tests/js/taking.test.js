// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { lacking, question } from "../../static/js/commands/run.js";
import { wayBack } from "../../static/js/commands/undo.js";
import { makeApp } from "./board.js";

function evening() {
  const app = makeApp();
  app.calls[1].status = "on_scene";
  app.calls[1].assignments = ["CARE1:care", "P101:police", "M71:ems"].map((word) => {
    const [callsign, discipline] = word.split(":");
    return { callsign, discipline, unit_id: app.unit(callsign).id };
  });
  return app;
}

test("sending a unit that is on another call asks for the reason, then asks again naming what is left behind", () => {
  const app = evening();
  const command = { verb: "D", call: 42, units: ["P101"] };
  assert.match(lacking(app, command), /P101 is on call 139. Say why/);
  const said = { ...command, text: "higher_priority" };
  assert.equal(lacking(app, said), "");
  assert.equal(question(app, said), "Take P101 for call 142? call 139 (P1, units on scene) keeps CARE1, M71 WITHOUT POLICE.");
});

test("the last unit of a call is named as such, and a free unit is sent without a word", () => {
  const app = evening();
  app.calls[1].assignments = [app.calls[1].assignments[2]];
  assert.match(question(app, { verb: "D", call: 42, units: ["M71"], text: "nearer" }), /is left with nobody and waits again/);
  assert.equal(question(app, { verb: "D", call: 42, units: ["P102"] }), "");
});

test("a unit that was taken is put back by taking it back, as far as it was", () => {
  const back = (/** @type {any} */ command) => wayBack(evening(), command)?.line;
  assert.equal(back({ verb: "D", call: 42, units: ["P101"], text: "nearer" }), "DO #139 P101; by_mistake");
  assert.equal(back({ verb: "X", call: 42, units: ["M71"] }), "D #139 M71; by_mistake");
});
