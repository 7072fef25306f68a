// @ts-check
/** The line that puts a command back: typed for the dispatcher, done by Enter, logged like any other. Nothing is deleted. */

import { QUESTION_KEYS, WORD_OF_RESPONSE } from "../words.js";
import { callToken } from "./parse.js";
import { toTake } from "./run.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./parse.js").Command} Command */
/** @typedef {{line: string, call?: number, number?: string}} Back `call`: it has to be open for that */

const KEY_OF_FACT = Object.fromEntries(Object.entries(QUESTION_KEYS).map(([key, fact]) => [fact, key]));
const NOT_MOVING = new Set(["dispatched", "acknowledged"]);
const ON_THE_WAY = new Set(["en_route", "staged"]);

/** Asked before the command is done, while the board still shows what it changes; null: there is no way back by one line.
 * @param {App} app @param {Command} command @returns {Back | null} */
export function wayBack(app, command) {
  const { units = [] } = command;
  const call = app.store.get("call", command.call);
  const named = call ? callToken(call.id, app.context) : "";
  switch (command.verb) {
    case "D":
    case "DE":
    case "DO":
      if (toTake(app, command).length) return sentAgain(app, units, "; by_mistake");
      return command.verb === "DO" ? null : { line: `AV ${units.join(" ")} c` };
    case "ER":
    case "ST":
    case "OS":
    case "CT":
    case "TR":
    case "AF":
      return putBack(app, units);
    case "X":
      return sentAgain(app, units, command.call === undefined ? "" : "; by_mistake");
    case "AV":
      return sentAgain(app, units);
    case "OOS":
    case "AVC":
    case "OFF":
      return { line: `AV ${units.join(" ")}` };
    case "P":
      return call ? { line: `P ${named} ${call.priority}`, call: call.id } : null;
    case "MODE":
      return call ? { line: `MODE ${named} ${call.overridden ? WORD_OF_RESPONSE[call.response] : "triage"}; set by mistake`, call: call.id } : null;
    case "H":
      return call && command.minutes ? { line: `H ${named} 0`, call: call.id } : null;
    case "Q":
      return call ? answered(app, call, command.fact, named) : null;
    case "STK":
      return { line: `UNS ${named} ${units.join(" ")}` };
    case "UNS":
      return { line: `STK ${named} ${units.join(" ")}` };
    case "LK":
      if (command.linkKind === "unlink") return null;
      if (command.linkKind === "merge") return { line: `UNM ${app.store.get("call", command.other)?.number}; merged by mistake` };
      return call ? { line: `LK ${callToken(Number(command.other), app.context)} ${named} unlink`, call: call.id } : null;
    case "CAN":
    case "CLOSE":
      return call ? { line: `RE ${call.number}; closed by mistake` } : null;
    default:
      return null;
  }
}

/** @param {App} app @param {any} call @param {{fact: string, value: string}} asked @param {string} named @returns {Back | null} */
function answered(app, call, { fact }, named) {
  const { detail } = app.desk;
  if (detail?.id !== call.id) return null;
  const was = detail.facts?.[fact];
  const value = !was || was === "none_reported" ? "unknown" : was;
  return { line: `Q ${named} ${KEY_OF_FACT[fact] ?? fact}=${value}`, call: call.id };
}

/** @param {App} app @param {string[]} callsigns @returns {Back | null} */
function putBack(app, [callsign, ...others]) {
  const unit = app.unit(callsign);
  return unit?.assignment && !others.length ? { line: `BACK ${callsign} ${unit.status} pressed` } : null;
}

/** Units that are on one call go back to it as far as they were; off another call only with the reason.
 * @param {App} app @param {string[]} callsigns @param {string} [why] @returns {Back | null} */
function sentAgain(app, callsigns, why = "") {
  const units = callsigns.map((callsign) => app.unit(callsign));
  const on = new Set(units.map((unit) => unit?.assignment?.call_id));
  const call = app.store.get("call", units[0]?.assignment?.call_id);
  if (!call || on.size !== 1) return null;
  const furthest = units.map((unit) => String(unit?.status));
  const verb = furthest.every((status) => NOT_MOVING.has(status)) ? "D"
    : furthest.every((status) => NOT_MOVING.has(status) || ON_THE_WAY.has(status)) ? "DE" : "DO";
  return { line: `${verb} ${callToken(call.id, app.context)} ${callsigns.join(" ")}${why}`, call: call.id, number: call.number };
}

/** What to type now. @param {App} app @param {Back} back */
export function backLine(app, { line, call, number }) {
  const closed = call !== undefined && number !== undefined && !app.store.get("call", call);
  return closed ? `RE ${number}; a unit was freed by mistake` : line;
}
