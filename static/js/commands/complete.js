// @ts-check
/** What may come next on the command line: verbs, then what the verb takes; units with their state, the best suited first. */

import { suitability } from "../recommend.js";
import { KEY_OF_OUTCOME, QUESTION_KEYS, UNIT_STATUS, WORD_OF_RESPONSE, valueWords } from "../words.js";
import { LIST_OF, VERBS } from "./verbs.js";

/** @typedef {{insert: string, label: string, detail: string}} Offer */

const MOST = 9;
/** The list that helps with the word a verb takes. @type {Record<string, string>} */
const REASONS = { CAN: "cancel_reasons", OOS: "away_reasons", AVC: "away_reasons" };
const MERGE = { insert: "merge", label: "merge", detail: "the first closes as a duplicate of the second" };
const UNLINK = { insert: "unlink", label: "unlink", detail: "they do not belong together" };

/** @param {import("../app.js").App} app @param {string} line up to the caret @returns {Offer[]} */
export function offers(app, line) {
  if (line.includes(";") || line.includes("@")) return [];
  const tokens = line.split(/[\s,.]+/);
  const part = (tokens.pop() ?? "").toUpperCase();
  const before = tokens.filter(Boolean).map((token) => token.toUpperCase());
  const verb = before.find((token) => token in VERBS);
  if (!verb) return before.length > 1 ? [] : verbs(part);
  if (verb === "NEW") return [];
  if (/=/.test(part) && VERBS[verb].takes.some((slot) => slot === "fact" || slot === "facts")) return values(app, part);
  return VERBS[verb].takes
    .flatMap((slot) => ofSlot(app, slot, verb))
    .filter((offer) => offer.insert.toUpperCase().startsWith(part) && !before.includes(offer.insert.toUpperCase()))
    .slice(0, MOST);
}

/** The line with its last, unfinished token replaced; an answer follows its "=" at once.
 * @param {string} line @param {Offer} offer */
export function accept(line, offer) {
  return `${line.replace(/[^\s,.]*$/, "")}${offer.insert}${offer.insert.endsWith("=") ? "" : " "}`;
}

/** The answers to a question: no and unknown first, because they are asked for most.
 * @param {import("../app.js").App} app @param {string} part such as W= @returns {Offer[]} */
function values(app, part) {
  const [left, right] = part.split("=");
  const name = /** @type {Record<string, string>} */ (QUESTION_KEYS)[left] ?? left.toLowerCase();
  const fact = app.vocabulary?.facts.find((/** @type {any} */ known) => known.name === name);
  const quick = ["denied", "no", "unknown"];
  const answers = (fact?.values ?? []).filter((/** @type {string} */ value) => value !== "none_reported");
  const order = (/** @type {string} */ value) => (quick.includes(value) ? quick.indexOf(value) : quick.length);
  return answers
    .sort((/** @type {string} */ a, /** @type {string} */ b) => order(a) - order(b))
    .map((/** @type {string} */ value) => ({ insert: `${left}=${value === "denied" ? "no" : value}`, label: `${left}=${value === "denied" ? "no" : value}`, detail: fact.label }))
    .filter((/** @type {Offer} */ offer) => offer.insert.toUpperCase().startsWith(`${left}=${right}`));
}

/** @param {string} part @returns {Offer[]} */
function verbs(part) {
  if (!part) return [];
  return Object.entries(VERBS)
    .filter(([verb]) => verb.startsWith(part))
    .map(([verb, { usage, help }]) => ({ insert: verb, label: usage, detail: help }))
    .slice(0, MOST);
}

/** @param {import("../app.js").App} app @param {string} slot @param {string} verb @returns {Offer[]} */
function ofSlot(app, slot, verb) {
  const words = (/** @type {string} */ list) =>
    (app.vocabulary?.[list] ?? []).map((/** @type {any} */ { value, label }) => ({ insert: value, label: value, detail: label }));
  switch (slot) {
    case "units":
      return units(app, verb);
    case "word":
      return words(REASONS[verb]);
    case "linkKind":
      return [...words("link_kinds").filter((/** @type {Offer} */ offer) => offer.insert !== "split"), MERGE, UNLINK];
    case "closedAs":
      return words("closed_as").filter((/** @type {Offer} */ offer) => offer.insert !== "cancelled");
    case "outcome":
      return words("outcomes").map(({ insert, detail }) => ({ insert: KEY_OF_OUTCOME[insert], label: KEY_OF_OUTCOME[insert], detail }));
    case "response":
      return Object.entries(WORD_OF_RESPONSE).map(([value, word]) => ({ insert: word, label: word, detail: value === word ? "as triage says" : app.label("responses", value) }));
    case "fact":
    case "facts":
      return Object.entries(QUESTION_KEYS).map(([key, fact]) => ({ insert: `${key}=`, label: `${key}=`, detail: valueWords(fact) }));
    case "priority":
      return ["P", "1", "2", "3", "4"].map((value) => ({ insert: value, label: value, detail: "priority" }));
    default:
      return slot in LIST_OF ? words(LIST_OF[slot]) : [];
  }
}

/** @param {import("../app.js").App} app @param {string} verb @returns {Offer[]} */
function units(app, verb) {
  const sending = ["D", "DE", "DO"].includes(verb);
  const call = app.shownCall ?? {};
  const weight = (/** @type {any} */ unit) => {
    const free = unit.status === "available" && !unit.assignment;
    if (!sending) return free ? 1 : 0;
    return free ? suitability(call, unit).score : 1000;
  };
  return app.units
    .map((unit) => ({ unit, rank: weight(unit) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ unit }) => {
      const word = UNIT_STATUS[unit.status];
      const where = unit.assignment ? `call ${unit.assignment.call_number}` : unit.home;
      return { insert: unit.callsign, label: `${unit.callsign} ${word.glyph} ${word.code}`, detail: where };
    });
}
