// @ts-check
/** CARE on the phone, by the command line: a consult asked, answered, passed on, made a call, ended, confirmed; a call ahead. */

import { post } from "../api.js";
import { valueWords } from "../words.js";
import { DOING, unitOf } from "./run.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./parse.js").Command} Command */

/** Who asks, in one word. @param {any} card */
export function whoAsks(card) {
  return card.requester_unit ?? card.requester_agency ?? card.requester_kind;
}

Object.assign(DOING, { CON: consult, COND: becomeDispatch, CONP: passOn, CONF: confirm, CA: callAhead });

/** The consults of who is named, or all of them; oldest first. @param {App} app @param {Command} command */
function named(app, { units = [], agency, requester }) {
  const names = [...units, agency, requester].filter(Boolean);
  const known = (/** @type {any} */ card) =>
    [card.requester_unit, card.requester_agency, card.requester_kind, card.answering_unit, card.offered_to];
  return app.store
    .all("consult")
    .sort((a, b) => a.id - b.id)
    .filter((card) => names.every((name) => known(card).includes(name)));
}

/** The one that is meant, or a sentence that says why none is. @param {any[]} cards @param {string} none */
function oneOf(cards, none) {
  if (!cards.length) throw new Error(none);
  const askers = new Set(cards.map(whoAsks));
  if (askers.size > 1) throw new Error(`Whose: ${[...askers].join(", ")}? Name who asks.`);
  return cards[0];
}

/** A question or who is no CARE unit asks, a result ends, a CARE unit answers; alone it is the list.
 * @param {App} app @param {Command} command */
async function consult(app, command) {
  const { units = [], agency, requester, question, result, text } = command;
  const care = units.find((callsign) => app.unit(callsign)?.discipline === "care");
  if (result) return end(app, command);
  if (question || text || (!care && (units.length || agency || requester))) return ask(app, command);
  if (care) return answer(app, command, care);
  app.side = "consults";
  app.changed();
  return "Consults";
}

/** @param {App} app @param {Command} command */
async function ask(app, command) {
  const { units = [], agency, requester, question = "general", call, facts, text } = command;
  const unit = units.length ? app.unit(units[0]) : null;
  const waits = question === "general" && !text && named(app, command).find((card) => !card.ended_at);
  if (waits) throw new Error(`${whoAsks(waits)} has asked already: CON CARE… answers, CON and a result ends it.`);
  const who = unit
    ? { requester_agency: unit.agency.code, requester_unit: unit.callsign }
    : { ...(agency && { requester_agency: agency }), ...(requester && { requester_kind: requester }) };
  if (!Object.keys(who).length) throw new Error("Who asks? CON P101 de_escalation; words. Or an agency's code, or hospital.");
  const more = { ...(call !== undefined && { call }), ...(facts && { facts }), ...(text && { details: text }) };
  await post("/api/consults/", { ...who, question, ...more });
  return `${unit?.callsign ?? agency ?? requester} asks CARE: ${app.label("consult_questions", question)}`;
}

/** @param {App} app @param {Command} command @param {string} care */
async function answer(app, command, care) {
  const others = { ...command, units: (command.units ?? []).filter((callsign) => callsign !== care) };
  const waits = named(app, others).filter((card) => !card.answered_at && !card.ended_at);
  if (!waits.length) throw new Error("No consult waits for an answer.");
  const next = waits.find((card) => card.offered_to === care) ?? waits[0];
  await post(`/api/consults/${next.id}/answer/`, { unit: care });
  return `${care} answers ${whoAsks(next)}`;
}

/** @param {App} app @param {Command} command */
async function end(app, command) {
  const { result, advice, uncovered, text } = command;
  const open = named(app, command).filter((card) => !card.ended_at);
  const answered = open.filter((card) => card.answered_at);
  const card = oneOf(answered.length ? answered : open, "No such consult is open.");
  if (card.answered_at && !(advice && text)) {
    throw new Error(`Say the kind of advice and what ${whoAsks(card)} was told: CON ${result} calming; words.`);
  }
  const body = { result, advice_type: advice, recommendation: text, uncovered_reason: uncovered };
  await post(`/api/consults/${card.id}/end/`, Object.fromEntries(Object.entries(body).filter(([, value]) => value)));
  return `Consult of ${whoAsks(card)} ended: ${app.label("consult_results", result)}`;
}

/** @param {App} app @param {Command} command */
async function becomeDispatch(app, command) {
  const { call, text } = command;
  const open = named(app, command).filter((card) => !card.ended_at && !card.dispatched_at);
  const needing = open.filter((card) => card.becomes_dispatch);
  const card = oneOf(needing.length ? needing : open, "No consult is left to make a call of.");
  const body = { ...(call !== undefined && { call }), ...(text && { location: text }) };
  const { call_id, number } = await post(`/api/consults/${card.id}/dispatch/`, body);
  app.openCall(call_id);
  return `The consult of ${whoAsks(card)} is call ${number}`;
}

/** @param {App} app @param {Command} command */
async function passOn(app, command) {
  const asked = named(app, command).filter((card) => card.offered_to && !card.answered_at);
  const card = oneOf(asked, "Nobody is asked to answer now.");
  await post(`/api/consults/${card.id}/pass/`, { reason: command.passReason });
  return `${card.offered_to} passes on the consult of ${whoAsks(card)}`;
}

/** @param {App} app @param {Command} command */
async function confirm(app, command) {
  const ended = named(app, command).filter((card) => card.ended_at && !card.confirmed_at);
  const card = oneOf(ended, "No ended consult waits to be confirmed.");
  await post(`/api/consults/${card.id}/confirm/`, { confirmation: command.confirmation });
  return `${whoAsks(card)}: ${valueWords(command.confirmation)}`;
}

/** @param {App} app @param {Command} command */
async function callAhead(app, { units = [], word = "" }) {
  const unit = unitOf(app, units[0]);
  const said = word.split(" ");
  const unknown = said.find((/** @type {string} */ one) => one && !["no", "safe", "resolved"].includes(one));
  if (unknown) throw new Error(`${unknown} is not understood: CA ${unit.callsign} no, safe or resolved.`);
  const reached = !said.includes("no");
  const body = { reached, safe_to_call: said.includes("safe"), resolved: said.includes("resolved") };
  await post(`/api/units/${unit.id}/call-ahead/`, body);
  return `${unit.callsign} called ahead: ${body.resolved ? "resolved by phone" : reached ? "reached" : "no answer"}`;
}
