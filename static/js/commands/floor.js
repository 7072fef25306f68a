// @ts-check
/** Commands of the floor beside sending: alerts set aside or over, crews in danger or safe, calls for later, lists. */

import { about } from "../aboard.js";
import { post } from "../api.js";
import { UNIT_STATUS } from "../words.js";
import { DOING, alertOf, numberOf, report, unitOf } from "./run.js";
import { VERBS } from "./verbs.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./parse.js").Command} Command */

Object.assign(DOING, /** @type {typeof DOING} */ ({
  SHOW: (app, { units = [] }) => {
    const unit = unitOf(app, units[0]);
    if (unit.assignment) app.openCall(unit.assignment.call_id);
    return about(app, unit);
  },
  LATER: async (app, { call, minutes, text }) => {
    const number = numberOf(app, call);
    const at = new Date(app.clock.now() + Number(minutes) * 60_000).toISOString();
    await post(`/api/calls/${call}/schedule/`, { at, reason: text });
    return `Call ${number} is put off to ${app.time(at)}`;
  },
  OWED: (app) => {
    app.side = "owed";
    app.changed();
    return "Dispositions owed";
  },
  CAU: (app) => {
    app.side = "cautions";
    app.changed();
    return "Cautions";
  },
  ADDR: (app) => {
    app.side = "unverified";
    app.changed();
    return "Addresses not verified";
  },
  SCHED: (app) => {
    app.side = "scheduled";
    app.changed();
    return "Scheduled calls";
  },
  SHV: async (app, { number, minutes, text }) => {
    const alert = alertOf(app, number);
    await post(`/api/alerts/${alert.id}/shelve/`, { minutes, reason: text });
    return `Shelved for ${minutes} min: ${alert.text}`;
  },
  OVER: async (app, { number, endReason }) => {
    const alert = alertOf(app, number);
    await post(`/api/alerts/${alert.id}/end/`, { reason: endReason });
    return `Over, ${app.label("end_reasons", endReason)}: ${alert.text}`;
  },
  UP: async (app, { call }) => {
    const number = numberOf(app, call);
    const { unit_id: unit, again } = await post(`/api/calls/${call}/police-up/`);
    if (unit === null) throw new Error(`NO POLICE ARE FREE for call ${number}: free a unit or ask another agency.`);
    return `${app.store.get("unit", unit)?.callsign ?? "Police"} ${again ? "is on its way already" : "goes now"} to call ${number}; CARE stays`;
  },
  SEC: async (app, { call, word }) => {
    if (word && word !== "no") throw new Error("SEC, or SEC no when the scene is secure no more.");
    await post(`/api/calls/${call}/${word ? "unsecure" : "secure"}/`);
    return `Call ${numberOf(app, call)}: the scene is ${word ? "NOT SECURE any more" : "secure, CARE leads"}`;
  },
  STG: async (app, { call, text }) => {
    await post(`/api/calls/${call}/staging/`, { point: text });
    return `CARE stages at ${text} for call ${numberOf(app, call)}`;
  },
  CB: clinicianCall,
  INS: async (app, { call, instead }) => {
    await post(`/api/calls/${call}/instead/`, { step: instead });
    return `Call ${numberOf(app, call)}: ${app.label("instead", instead)}`;
  },
  MC: async (app, { call, minutes }) => {
    await post(`/api/calls/${call}/instead/`, { step: "mobile_crisis", minutes });
    return `Call ${numberOf(app, call)}: mobile crisis is there${minutes ? ` in ${minutes} min, it says` : ""}`;
  },
  WHY: async (app, { call, notSent }) => {
    await post(`/api/calls/${call}/not-sent/`, { reason: notSent });
    return `Call ${numberOf(app, call)}, CARE not sent: ${app.label("not_sent", notSent)}`;
  },
  BYP: async (app, { units = [], bypass }) => {
    const unit = unitOf(app, units[0]);
    if (!unit.assignment) throw new Error(`${unit.callsign} is on no call.`);
    await post(`/api/assignments/${unit.assignment.id}/bypass/`, { reason: bypass });
    return `${unit.callsign} instead of who was recommended: ${app.label("bypass_reasons", bypass)}`;
  },
  BACK: async (app, { units = [], backTo, mistake }) => {
    const unit = unitOf(app, units[0]);
    await post(`/api/units/${unit.id}/correction/`, { status: backTo, reason: mistake, ...(unit.assignment && { assignment: unit.assignment.id }) });
    return `${unit.callsign} is ${UNIT_STATUS[backTo].label} again: ${app.label("correction_reasons", mistake)}`;
  },
  TR: ride,
  AF: ride,
  PAR: check,
  EMER: async (app, { units = [] }) => {
    const unit = unitOf(app, units[0]);
    await post(`/api/units/${unit.id}/emergency/`);
    return `${unit.callsign} needs help: every console hears it`;
  },
  LOG: (app) => {
    app.side = "log";
    app.changed();
    return "The alert log";
  },
}));

/** Have a clinician call, or say what came of the call that was asked for. @param {App} app @param {Command} command */
async function clinicianCall(app, { call, clinician, word = "" }) {
  const number = numberOf(app, call);
  if (clinician) {
    const asked = app.store.get("call", call)?.clinician_call;
    if (!asked) throw new Error(`No clinician is to call for call ${number}; CB ${number} asks for one.`);
    await post(`/api/clinician-calls/${asked.id}/`, { result: clinician });
    return `Call ${number}, the clinician's call: ${app.label("clinician_results", clinician)}`;
  }
  const words = word.split(" ").filter(Boolean);
  if (words.some((/** @type {string} */ one) => one !== "text" && one !== "safe")) throw new Error("CB, CB text, CB safe, or what came of it.");
  await post(`/api/calls/${call}/clinician-call/`, { mode: words.includes("text") ? "text" : "voice", safe_to_call: words.includes("safe") });
  return `Call ${number}: a clinician ${words.includes("text") ? "writes" : "calls"}`;
}

/** Named units, those on a call, or every crew on scene. @param {App} app @param {Command} command */
async function check(app, { units = [], call, word }) {
  if (!units.length && word !== "all") throw new Error("Name the units, or PAR all.");
  const named = units.map((callsign) => unitOf(app, callsign).id);
  const { unit_ids } = await post("/api/safety-checks/", { ...(named.length && { units: named }), ...(call !== undefined && { call }) });
  if (!unit_ids.length) throw new Error("No crew is on scene there.");
  return `Safe: ${unit_ids.map((/** @type {number} */ id) => app.store.get("unit", id)?.callsign ?? id).join(", ")}`;
}

/** A stage of a ride, with what the crew says of it on the radio: both or neither. @param {App} app @param {Command} command */
async function ride(app, command) {
  const { verb, units = [], facility, basis, rides, miles } = command;
  const status = VERBS[verb].status;
  const told = { facility, legal_basis: basis, rides, [verb === "TR" ? "start_mileage" : "end_mileage"]: miles };
  const said = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  if (!Object.keys(said).length) return report(app, command, { status });
  if (units.length > 1) throw new Error("Where to, legal basis and miles are of one unit: name one.");
  const unit = unitOf(app, units[0]);
  await post(`/api/units/${unit.id}/transport/`, { status, ...said });
  const where = facility ? ` to ${app.label("facilities", facility)}` : "";
  return `${unit.callsign} ${UNIT_STATUS[String(status)].label}${where}${miles === undefined ? "" : `, ${miles} miles`}`;
}
