// @ts-check
/** A command becomes requests, and their end a sentence. What the server refuses is thrown with its words. */

import { post } from "../api.js";
import { CALL_STATUS, UNIT_STATUS, valueWords } from "../words.js";
import { VERBS } from "./verbs.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./parse.js").Command} Command */

const SENDS = new Set(["D", "DE", "DO", "DR"]);

/** What must be said twice before it is done; empty: do it at once. @param {App} app @param {Command} command */
export function question(app, command) {
  if (command.verb in TAKES) return takeQuestion(app, command);
  if (command.verb === "LK" && command.linkKind === "merge") return mergeQuestion(app, command);
  if (command.verb === "CAN") return `Cancel call ${numberOf(app, command.call)}?`;
  if (command.verb !== "X") return "";
  const unit = app.unit(String(command.units?.[0]));
  const call = app.store.get("call", unit?.assignment?.call_id);
  if (!unit || !call) return "";
  if (command.call !== undefined && command.call !== call.id) {
    return `Take ${unit.callsign} off call ${call.number} for call ${numberOf(app, command.call)}?`;
  }
  return call.assignments.length === 1 ? `${unit.callsign} is the last unit on call ${call.number}, which will wait again. Take it off?` : "";
}

/** What a merge does, before it is done. @param {App} app @param {Command} command */
function mergeQuestion(app, { other, call }) {
  const duplicate = app.store.get("call", other);
  const units = (duplicate?.assignments ?? []).map((/** @type {any} */ row) => row.callsign).join(", ");
  const goOn = units ? `; ${units} goes on to call ${numberOf(app, call)}` : "";
  return `Merge call ${numberOf(app, other)} into call ${numberOf(app, call)}? Call ${numberOf(app, other)} closes as a duplicate${goOn}.`;
}

const TAKES = { D: 1, DE: 1, DO: 1 };

/** Units named to be sent that are on another call now. @param {App} app @param {Command} command */
export function toTake(app, { verb, units = [], call }) {
  if (!(verb in TAKES)) return [];
  return units.map((callsign) => app.unit(callsign)).filter((unit) => unit?.assignment && unit.assignment.call_id !== call && !unit.mirrored_from);
}

/** What is left behind where units are taken from, in words. @param {App} app @param {Command} command */
function takeQuestion(app, command) {
  const taken = toTake(app, command);
  const calls = [...new Set(taken.map((unit) => unit?.assignment.call_id))].map((id) => app.store.get("call", id));
  const left = calls.map((call) => {
    if (!call) return "";
    const stay = call.assignments.filter((/** @type {any} */ row) => !taken.some((unit) => unit?.id === row.unit_id));
    const names = stay.map((/** @type {any} */ row) => row.callsign).join(", ");
    const care = stay.some((/** @type {any} */ row) => row.discipline === "care");
    const police = stay.some((/** @type {any} */ row) => row.discipline === "police");
    const what = names ? `keeps ${names}${care && !police ? " WITHOUT POLICE" : ""}` : "is left with nobody and waits again";
    return `call ${call.number} (P${call.priority}, ${CALL_STATUS[call.status].label}) ${what}`;
  });
  return taken.length ? `Take ${taken.map((unit) => unit?.callsign).join(", ")} for call ${numberOf(app, command.call)}? ${left.join("; ")}.` : "";
}

/** What a line still lacks before it is asked twice: why a unit is taken off its call. @param {App} app @param {Command} command */
export function lacking(app, command) {
  const taken = toTake(app, command);
  if (!taken.length || command.text) return "";
  const reasons = (app.vocabulary?.take_reasons ?? []).map((/** @type {any} */ pair) => pair.value).join(", ");
  return `${taken.map((unit) => unit?.callsign).join(", ")} is on call ${taken[0]?.assignment.call_number}. Say why it is taken: ${reasons}, or words.`;
}

/** @param {App} app @param {Command} command @returns {Promise<string>} what was done */
export async function run(app, command) {
  const doing = DOING[command.verb];
  if (doing) return doing(app, command);
  if (VERBS[command.verb]?.status) return report(app, command, { status: VERBS[command.verb].status });
  throw new Error(`${command.verb} is not done here.`);
}

/** Whether a command that got no answer must be said by radio. @param {Command} command */
export function sends(command) {
  return SENDS.has(command.verb);
}

/** What is not needed to see the board is fetched when it is said. @param {"ask" | "reopen" | "link" | "unmerge" | "stack" | "unstack"} name */
const later = (name) => async (/** @type {App} */ app, /** @type {Command} */ command) => (await import("./together.js"))[name](app, command);

/** @type {Record<string, (app: App, command: Command) => Promise<string> | string>} */
export const DOING = {
  NEW: (app, { nature, location, text }) => {
    app.openIntake({ nature, location, narrative: text });
    return "New call";
  },
  "?": (app) => {
    app.help = true;
    app.changed();
    return "Help is open; Esc closes it";
  },
  OPEN: (app, { call }) => {
    app.openCall(Number(call));
    return `Call ${numberOf(app, call)}`;
  },
  D: send,
  DE: send,
  DO: send,
  DR: (app, { call, number = 1 }) => {
    const found = app.recommended(Number(call))[number - 1];
    if (!found) throw new Error(`There is no recommendation ${number} for call ${numberOf(app, call)}.`);
    return send(app, { verb: "D", call, units: found.units.map((unit) => unit.callsign) });
  },
  CE: (app, command) => onAssignments(app, command, "clear-to-enter", "cleared to enter"),
  REL: (app, command) => onAssignments(app, command, "release", "released"),
  AV: (app, command) => report(app, command, { status: "available", ...(command.outcome && { outcome: command.outcome }) }),
  CL: clear,
  X: exchange,
  OOS: (app, command) => report(app, command, { status: "unavailable", ...until(app, command) }),
  AVC: (app, command) => report(app, command, { status: "conditional", ...until(app, command) }),
  OFF: (app, command) => report(app, command, { status: "off_duty" }),
  N: (app, { call, text }) => {
    app.note(Number(call), String(text));
    return `Note on call ${numberOf(app, call)}`;
  },
  P: async (app, { call, priority }) => {
    await app.desk.patch(Number(call), { priority });
    return `Call ${numberOf(app, call)} is priority ${priority}`;
  },
  Q: async (app, { call, fact }) => {
    await app.desk.answer(Number(call), fact.fact, fact.value);
    return `Call ${numberOf(app, call)}: ${valueWords(fact.fact)} ${valueWords(fact.value)}`;
  },
  MODE: async (app, { call, response, reason, text }) => {
    const said = response === "triage" ? "" : response;
    await post(`/api/calls/${call}/mode/`, { response: said, ...coded(app, reason, text) });
    return `Call ${numberOf(app, call)}: ${said ? app.label("responses", said) : "as triage says"}`;
  },
  TRI: async (app, { call }) => {
    await post(`/api/calls/${call}/retriage/`);
    return `Call ${numberOf(app, call)} goes to triage again`;
  },
  H: async (app, { call, minutes, text }) => {
    if (minutes === 0) {
      await post(`/api/calls/${call}/unhold/`);
      return `Call ${numberOf(app, call)} is off hold`;
    }
    await post(`/api/calls/${call}/hold/`, { minutes, reason: text });
    return `Call ${numberOf(app, call)} is on hold for ${minutes} min`;
  },
  CLOSE: async (app, { call, closedAs, notSent, text }) => {
    const number = numberOf(app, call);
    const body = { closed_as: closedAs, not_sent_reason: notSent, reason: text };
    await post(`/api/calls/${call}/close/`, Object.fromEntries(Object.entries(body).filter(([, value]) => value)));
    return `Call ${number} is closed`;
  },
  CAN: async (app, { call, word, text }) => {
    const number = numberOf(app, call);
    await post(`/api/calls/${call}/cancel/`, { reason: [word, text].filter(Boolean).join(": ") });
    return `Call ${number} is cancelled`;
  },
  RE: later("reopen"),
  LK: later("link"),
  STK: later("stack"),
  UNS: later("unstack"),
  UNM: later("unmerge"),
  ACK: acknowledge,
  TOLD: told,
};

/** Why less than triage asks for is enough: a code, or free words, which count as another reason.
 * @param {App} app @param {unknown} code @param {unknown} words @returns {{reason?: string, note?: string}} */
export function coded(app, code, words) {
  const said = String(words ?? "").trim();
  if (code) return { reason: String(code), note: said };
  const first = said.split(/[\s:,]+/, 1)[0].toLowerCase();
  if (app.context.modeReasons.includes(first)) return { reason: first, note: said.slice(first.length).replace(/^[\s:,]+/, "") };
  return said ? { reason: "other", note: said } : {};
}

// --- sending ----------------------------------------------------------------------------------------
/** @param {App} app @param {Command} command */
export async function send(app, { verb, call, units = [], text }) {
  if (units.some((callsign) => app.unit(callsign)?.mirrored_from)) return later("ask")(app, { verb, call, units, text });
  const taken = toTake(app, { verb, call, units });
  // Why a unit is taken says nothing of why CARE may go alone: that stands behind a second semicolon.
  const [why, alone] = taken.length ? String(text ?? "").split(/;(.*)/s).map((part) => part.trim()) : ["", text];
  const { reason, note } = coded(app, undefined, alone);
  const take = taken.length ? { take_from: [...new Set(taken.map((unit) => unit?.assignment.call_id))], take_reason: why } : {};
  const shown = app.advice?.shown?.(call) ?? [];
  const sent = await post(`/api/calls/${call}/dispatch/`, { units, status: VERBS[verb].status, ...(shown.length && { shown }), ...take, ...(reason && { override_reason: reason, override_note: note }) });
  const done = verb === "D" ? "dispatched to" : verb === "DE" ? "en route to" : "on scene at";
  const others = sent?.bypass_owed?.length ? `; not as recommended: BYP ${sent.bypass_owed[0]} and why` : "";
  return `${units.join(", ")} ${done} call ${numberOf(app, call)}${others}`;
}

/** Both or neither: what the second call refuses leaves the unit where it is. @param {App} app @param {Command} command */
async function exchange(app, { units = [], call, text }) {
  const unit = unitOf(app, units[0]);
  const was = unit.assignment?.call_number;
  if (!was) throw new Error(`${unit.callsign} is on no call.`);
  await post(`/api/units/${unit.id}/exchange/`, { ...(call !== undefined && { call }), ...(text && { reason: text }) });
  if (call === undefined) return `${unit.callsign} is off call ${was}`;
  return `${unit.callsign} goes from call ${was} to call ${numberOf(app, call)}`;
}

// --- units ------------------------------------------------------------------------------------------
/** @param {App} app @param {unknown} callsign */
export function unitOf(app, callsign) {
  const unit = app.unit(String(callsign));
  if (!unit) throw new Error(`${callsign} is no unit here.`);
  return unit;
}

/** Why a unit is not simply available, and until when. @param {App} app @param {Command} command */
function until(app, { minutes, text, word }) {
  return { reason: [word, text].filter(Boolean).join(": "), ...(minutes && { until: new Date(app.clock.now() + minutes * 60_000).toISOString() }) };
}

/** Each unit reports; who could not is named with the reason, the others are done.
 * @param {App} app @param {Command} command @param {Record<string, any>} body */
export async function report(app, { units = [] }, body) {
  const word = UNIT_STATUS[body.status].label;
  return eachUnit(app, units, word, (unit) => post(`/api/units/${unit.id}/status/`, body));
}

/** @param {App} app @param {Command} command @param {string} path @param {string} word */
function onAssignments(app, { units = [] }, path, word) {
  return eachUnit(app, units, word, (unit) => {
    if (!unit.assignment) throw new Error(`${unit.callsign} is on no call`);
    return post(`/api/assignments/${unit.assignment.id}/${path}/`);
  });
}

/** @param {App} app @param {string[]} callsigns @param {string} word @param {(unit: any) => Promise<any>} change */
async function eachUnit(app, callsigns, word, change) {
  const done = [];
  for (const callsign of callsigns) {
    try {
      await change(unitOf(app, callsign));
      done.push(callsign);
    } catch (error) {
      if (callsigns.length === 1) throw error;
      const before = done.length ? `${done.join(", ")} ${word}; ` : "";
      throw new Error(`${before}${callsign}: ${/** @type {Error} */ (error).message}`);
    }
  }
  return `${done.join(", ")} ${word}`;
}

/** @param {App} app @param {Command} command */
async function clear(app, { units = [], disposition, basis, text }) {
  const unit = unitOf(app, units[0]);
  const call = unit.assignment?.call_id;
  await post(`/api/units/${unit.id}/status/`, { status: "available", disposition, ...(basis && { legal_basis: basis }) });
  if (text && call) app.note(call, text); // after it: a line refused and said again notes it once
  return `${unit.callsign} available, ${app.label("dispositions", disposition)}`;
}

// --- calls, alerts, consults ------------------------------------------------------------------------
/** @param {App} app @param {number | undefined} id */
export function numberOf(app, id) {
  const { detail } = app.desk;
  return app.store.get("call", id)?.number ?? (detail?.id === id ? detail.number : id);
}

/** @param {App} app @param {number} [number] from 1 */
export function alertOf(app, number = 1) {
  const alert = app.alerts[number - 1];
  if (!alert) throw new Error(`There is no alert ${number}.`);
  return alert;
}

/** @param {App} app @param {Command} command */
async function acknowledge(app, command) {
  if (command.units) return report(app, command, { status: "acknowledged" });
  const alert = alertOf(app, command.number);
  await post(`/api/alerts/${alert.id}/acknowledge/`);
  return `Alert acknowledged: ${alert.text}`;
}

/** @param {App} app @param {Command} command */
async function told(app, { units = [], number }) {
  const wanted = units.map((callsign) => unitOf(app, callsign).id);
  const waits = (/** @type {any} */ alert) =>
    alert.tell.some((/** @type {any} */ row) => wanted.includes(row.unit_id) && !row.told_at);
  const alert = number ? alertOf(app, number) : app.alerts.find(waits);
  if (!alert) throw new Error(`No alert waits for ${units.join(", ")} to be told.`);
  for (const unit of wanted) await post(`/api/alerts/${alert.id}/told/`, { unit, by_radio: true });
  return `${units.join(", ")} told: ${alert.text}`;
}
