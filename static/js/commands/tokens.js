// @ts-check
/** What a token can mean to a verb: every reading is kept, none is guessed. */

import { KEY_OF_OUTCOME, OUTCOME_OF_KEY, QUESTION_KEYS, RESPONSE_OF_WORD } from "../words.js";
import { VERBS } from "./verbs.js";

/** @typedef {import("./verbs.js").Slot} Slot */
/**
 * What the parser knows of the board.
 * @typedef {object} Context
 * @property {string[]} units callsigns, upper case
 * @property {{id: number, number: string, name: string}[]} calls open calls
 * @property {number | null} openCall
 * @property {{name: string, values: string[]}[]} facts
 * @property {string[]} dispositions
 * @property {string[]} modeReasons
 * @property {string[]} questions
 * @property {string[]} results
 * @property {Record<string, string[]>} [lists] the values of other closed lists by slot
 * @property {string[]} agencies
 * @property {string[]} notSent
 * @property {string[]} closedAs
 * @property {string[]} linkKinds
 * @property {string[]} endReasons
 */
/** @typedef {{slot: Slot, value: any}} Reading */

/** Which values an answer can stand for; several mean a choice. @param {string} word @param {string[]} values */
export function answers(word, values) {
  const plain = word.toLowerCase();
  if (values.includes(plain)) return [plain];
  if (["n", "no"].includes(plain)) return values.filter((value) => value === "denied" || value === "no").slice(0, 1);
  if (["?", "u", "unk", "unknown"].includes(plain)) return values.filter((value) => value === "unknown");
  if (["y", "yes"].includes(plain)) return values.filter((value) => !["denied", "none_reported", "unknown", "no"].includes(value));
  return [];
}

/** @param {string} token @param {Context} context @returns {string[]} */
function unitsNamed(token, context) {
  const name = token.toUpperCase();
  if (context.units.includes(name)) return [name];
  const range = /^([A-Z]+)(\d+)-(?:\1)?(\d+)$/.exec(name);
  if (!range) return [];
  const [, letters, from, to] = range;
  const number = (/** @type {string} */ callsign) => Number(callsign.slice(letters.length));
  return context.units.filter(
    (callsign) =>
      new RegExp(`^${letters}\\d+$`).test(callsign) && number(callsign) >= Number(from) && number(callsign) <= Number(to),
  );
}

/** Calls a token can name: the whole number first, else every call whose number ends with these two digits or more.
 * @param {string} token @param {Context} context */
export function callsNamed(token, context) {
  const named = context.calls.filter((call) => call.name === token);
  if (named.length) return named;
  const digits = token.replace(/^#/, "");
  if (!/^\d{1,6}$/.test(digits)) return [];
  const exact = context.calls.filter((call) => call.number === String(Number(digits)));
  if (exact.length || digits.length < 2) return exact;
  return context.calls.filter((call) => call.number.endsWith(digits));
}

/** Every reading of a token among the slots a verb takes.
 * @param {string} token @param {Slot[]} slots @param {Context} context @returns {Reading[]} */
export function readings(token, slots, context) {
  const found = slots.filter((slot) => slot !== "word").flatMap((slot) => read(slot, token, context).map((value) => ({ slot, value })));
  if (found.length || !slots.includes("word")) return found;
  return /^[a-z][\w'-]*$/i.test(token) ? [{ slot: "word", value: token.toLowerCase() }] : [];
}

/** @param {Slot} slot @param {string} token @param {Context} context @returns {any[]} */
function read(slot, token, context) {
  const lower = token.toLowerCase();
  const oneOf = (/** @type {string[]} */ list, word = lower) => list.filter((value) => value.toLowerCase() === word);
  switch (slot) {
    case "units": {
      const units = unitsNamed(token, context);
      return units.length ? [units] : [];
    }
    case "other":
    case "call":
      return callsNamed(token, context).map((call) => call.id);
    case "minutes":
      return /^\d{1,4}m?$/.test(lower) && parseInt(lower, 10) <= 1440 ? [parseInt(lower, 10)] : [];
    case "priority":
      return /^(p|p?[1-4])$/.test(lower) ? [lower === "p" ? "P" : lower.slice(-1)] : [];
    case "outcome":
      return lower in OUTCOME_OF_KEY ? [OUTCOME_OF_KEY[lower]] : lower in KEY_OF_OUTCOME ? [lower] : [];
    case "response":
      return lower in RESPONSE_OF_WORD ? [RESPONSE_OF_WORD[lower]] : [];
    case "number":
      return /^[1-9]$/.test(token) ? [Number(token)] : [];
    case "miles":
      return /^\d{1,6}$/.test(token) ? [Number(token)] : [];
    case "closed":
      return /^#?\d{1,6}$/.test(token) ? [Number(token.replace("#", ""))] : [];
    case "fact":
      return readFact(token, context);
    case "disposition":
      return oneOf(context.dispositions);
    case "reason":
      return oneOf(context.modeReasons);
    case "question":
      return oneOf(context.questions);
    case "result":
      return oneOf(context.results);
    case "agency":
      return oneOf(context.agencies);
    case "requester": // an agency of that very name is meant instead
      return oneOf(context.agencies).length ? [] : oneOf(context.lists?.requester ?? []);
    case "facts":
      return readFact(token, context).map(({ fact, value }) => ({ [fact]: value }));
    case "notSent":
      return oneOf(context.notSent);
    case "linkKind":
      return oneOf(context.linkKinds);
    case "closedAs":
      return oneOf(context.closedAs);
    case "backTo":
      return oneOf(context.lists?.backTo ?? [], VERBS[token.toUpperCase()]?.status);
    case "endReason":
      return oneOf(context.endReasons);
    default:
      return oneOf(context.lists?.[slot] ?? []);
  }
}

/** W=no, weapon=in_hand; "yes" to a fact with several dangers is several readings.
 * @param {string} token @param {Context} context */
function readFact(token, context) {
  const [left, right, more] = token.split("=");
  if (!right || more !== undefined) return [];
  const name = /** @type {Record<string, string>} */ (QUESTION_KEYS)[left.toUpperCase()] ?? left.toLowerCase();
  const fact = context.facts.find((known) => known.name === name);
  return fact ? answers(right, fact.values).map((value) => ({ fact: name, value })) : [];
}
