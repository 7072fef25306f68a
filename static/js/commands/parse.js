// @ts-check
/** A line to a command and back: tokens in any order, each by its type; what is unknown or ambiguous is said, never guessed. */

import { WORD_OF_RESPONSE } from "../words.js";
import { callsNamed, readings } from "./tokens.js";
import { SLOT_WORDS, VERBS } from "./verbs.js";

/** @typedef {import("./tokens.js").Context} Context */
/** @typedef {import("./tokens.js").Reading} Reading */
/** @typedef {import("./verbs.js").Slot} Slot */
/** @typedef {{verb: string, call?: number, units?: string[], text?: string, [slot: string]: any}} Command */
/**
 * @typedef {{command: Command, implied: boolean}} Understood `implied`: the open call was filled in
 * @typedef {{error: string, token?: string, missing?: Slot | "text"}} Misunderstood
 * @typedef {{choices: {line: string, command: Command}[]}} Ambiguous
 */

const MOST_CHOICES = 9;

/** @param {string} line @param {Context} context @returns {Understood | Misunderstood | Ambiguous} */
export function parse(line, context) {
  const cut = line.indexOf(";");
  const text = cut < 0 ? "" : line.slice(cut + 1).trim();
  const head = (cut < 0 ? line : line.slice(0, cut)).trim();
  if (/^new(?=[\s.,@;]|$)/i.test(head)) return parseNew(head.slice(3), text);
  const tokens = head.split(/[\s,.]+/).filter(Boolean);
  if (!tokens.length) return { error: "Type a command; ? lists them.", missing: undefined };
  if (tokens[0].startsWith("?")) return parseHelp(tokens);
  const at = verbAt(tokens);
  if (at < 0) return parseBare(tokens, text, context);
  const verb = tokens[at].toUpperCase();
  return fill(verb, [...tokens.slice(0, at), ...tokens.slice(at + 1)], text, context);
}

/** The verb stands first, or after a call number. @param {string[]} tokens */
function verbAt(tokens) {
  if (tokens[0].toUpperCase() in VERBS) return 0;
  return tokens.length > 1 && /^#?[\d-]+$/.test(tokens[0]) && tokens[1].toUpperCase() in VERBS ? 1 : -1;
}

/** @param {string} rest @param {string} text @returns {Understood} */
function parseNew(rest, text) {
  const at = rest.indexOf("@");
  const nature = (at < 0 ? rest : rest.slice(0, at)).replace(/^[\s.,]+|[\s,]+$/g, "");
  const location = at < 0 ? "" : rest.slice(at + 1).trim();
  return { command: clean({ verb: "NEW", nature, location, text }), implied: false };
}

/** @param {string[]} tokens @returns {Understood | Misunderstood} */
function parseHelp(tokens) {
  const about = (tokens[0].slice(1) || tokens[1] || "").toUpperCase();
  if (about && !(about in VERBS)) return { error: `There is no verb ${about}; ? lists them.`, token: about };
  return { command: clean({ verb: "?", about }), implied: false };
}

/** A call number alone opens it, a unit alone shows it. @param {string[]} tokens @param {string} text @param {Context} context */
function parseBare(tokens, text, context) {
  const [token] = tokens;
  if (tokens.length === 1 && !text) {
    const calls = callsNamed(token, context);
    if (calls.length) return chosen(calls.map((call) => ({ verb: "OPEN", call: call.id })), false, context);
    if (context.units.includes(token.toUpperCase())) return { command: { verb: "SHOW", units: [token.toUpperCase()] }, implied: false };
    if (/^#?\d+$/.test(token)) return { error: `There is no open call ${token}.`, token };
  }
  return { error: `${token.toUpperCase()} is no command; ? lists them.`, token };
}

/** @param {string} verb @param {string[]} tokens @param {string} text @param {Context} context */
function fill(verb, tokens, text, context) {
  const spec = VERBS[verb];
  /** @type {Reading[][]} */
  const read = [];
  for (const token of tokens) {
    const found = readings(token, spec.takes, context);
    if (!found.length) return { error: unknownToken(verb, token), token };
    read.push(found);
  }
  if (text && spec.text === "no") return { error: `${verb} takes no text after a semicolon.` };
  /** @type {Command[]} */
  const whole = [];
  /** @type {Slot | "text" | undefined} */
  let missing;
  let implied = false;
  for (const filled of combinations(read, verb)) {
    const command = { verb, ...filled };
    let guess = false;
    if (spec.needs.includes("call") && command.call === undefined && context.openCall !== null) {
      command.call = context.openCall;
      guess = true;
    }
    const lacks = spec.needs.find((slot) => command[slot] === undefined);
    if (lacks) {
      if (missing !== "text") missing ??= lacks;
    } else if (!text && needsText(spec, command)) {
      missing = "text"; // this reading got furthest
    } else {
      implied ||= guess;
      whole.push(clean({ ...command, text }));
    }
  }
  if (whole.length) return chosen(whole, implied, context);
  if (missing === "text") return { error: `${verb} needs its text after a semicolon: ${spec.usage}`, missing };
  if (missing) return { error: `${verb} needs ${SLOT_WORDS[missing]}: ${spec.usage}`, missing };
  return { error: `${verb} cannot take all of that: ${spec.usage}` };
}

/** A word from a closed list says why as well as free text does; taking a call off hold needs no reason.
 * @param {import("./verbs.js").Verb} spec @param {Command} command */
function needsText(spec, command) {
  if (spec.text !== "must" || command.word) return false;
  return !(command.verb === "H" && command.minutes === 0);
}

/** Every way to give each token one slot; a slot other than units and facts holds one value.
 * @param {Reading[][]} read @param {string} verb @returns {Record<string, any>[]} */
function combinations(read, verb) {
  /** @type {Record<string, any>[]} */
  let found = [{}];
  for (const options of read) {
    found = found.flatMap((filled) =>
      options.flatMap(({ slot, value }) => {
        if (slot === "units") {
          const units = [...new Set([...(filled.units ?? []), ...value])];
          return VERBS[verb].one && units.length > 1 ? [] : [{ ...filled, units }];
        }
        // Of two calls the first is the other one, so that their order says which closes.
        if (slot === "call" && VERBS[verb].takes.includes("other") && filled.other === undefined) return [];
        if (slot === "facts") return [{ ...filled, facts: { ...filled.facts, ...value } }];
        if (slot === "word" && filled.word) return [{ ...filled, word: `${filled.word} ${value}` }];
        return filled[slot] === undefined ? [{ ...filled, [slot]: value }] : [];
      }),
    );
    if (found.length > 200) found = found.slice(0, 200);
  }
  return found;
}

/** @param {Command[]} commands @param {boolean} implied @param {Context} context */
function chosen(commands, implied, context) {
  const lines = new Map(commands.map((command) => [format(command, context), command]));
  if (lines.size === 1) return { command: commands[0], implied };
  return { choices: [...lines].slice(0, MOST_CHOICES).map(([line, command]) => ({ line, command })) };
}

/** @param {string} verb @param {string} token */
function unknownToken(verb, token) {
  const { takes, usage } = VERBS[verb];
  if (takes.includes("disposition") && !/\d/.test(token)) return `${token} is no disposition here: ${usage}`;
  if (takes.includes("units") && /^[a-z]/i.test(token)) return `${token.toUpperCase()} is no unit here: ${usage}`;
  if (takes.includes("call") && /^#?\d/.test(token)) return `There is no open call ${token}.`;
  return `${token} is not understood: ${usage}`;
}

/** @param {Command} command @returns {Command} */
function clean(command) {
  return /** @type {Command} */ (
    Object.fromEntries(Object.entries(command).filter(([, value]) => value !== undefined && value !== ""))
  );
}

/** The line that says exactly this command: `parse(format(command))` is the command.
 * @param {Command} command @param {Context} context @returns {string} */
export function format(command, context) {
  const { verb } = command;
  const text = command.text ? `; ${command.text}` : "";
  if (verb === "NEW") {
    return ["NEW", command.nature ?? "", command.location ? `@${command.location}` : ""].filter(Boolean).join(" ") + text;
  }
  if (verb === "?") return command.about ? `? ${command.about}` : "?";
  if (verb === "OPEN") return callToken(command.call, context);
  if (verb === "SHOW") return String(command.units);
  const words = [verb];
  if (command.other !== undefined) words.push(callToken(command.other, context));
  if (command.call !== undefined) words.push(callToken(command.call, context));
  words.push(...(command.units ?? []));
  if (command.minutes !== undefined) words.push(`${command.minutes}m`);
  if (command.fact) words.push(`${command.fact.fact}=${command.fact.value}`);
  for (const [fact, value] of Object.entries(command.facts ?? {})) words.push(`${fact}=${value}`);
  if (command.response) words.push(WORD_OF_RESPONSE[command.response]);
  for (const slot of ["priority", "outcome", "disposition", "basis", "facility", "rides", "miles", "agency", "requester", "question", "result", "advice", "uncovered", "passReason", "confirmation", "reason", "closedAs", "notSent", "linkKind", "endReason", "clinician", "instead", "bypass", "backTo", "mistake", "word", "number", "closed"]) {
    if (command[slot] !== undefined) words.push(slot === "closed" ? `#${command[slot]}` : String(command[slot]));
  }
  return words.join(" ") + text;
}

/** A call as the shortest token that names it alone. @param {number | undefined} id @param {Context} context */
export function callToken(id, context) {
  const call = context.calls.find((known) => known.id === id);
  if (!call) return `#${id}`;
  const same = context.calls.filter((known) => known.number === call.number);
  return same.length > 1 ? call.name : `#${call.number}`;
}
