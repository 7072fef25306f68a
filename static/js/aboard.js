// @ts-check
/** What is to be known of a unit in words: what somebody aboard lacks, what it can do now, until when, and where it was. */

import { elapsed } from "./clock.js";
import { UNIT_STATUS } from "./words.js";

/** Why somebody may not count for what the unit is sent for; empty when nothing is to be said.
 * @param {{forced?: boolean, lacking?: string[]}} member */
export function lacks({ forced, lacking = [] }) {
  if (!forced && !lacking.length) return "";
  return `${forced ? "signed on by force" : "not in force"}${lacking.length ? `: ${lacking.join(", ")}` : ""}`;
}

/** Of each of the crew who lacks something. @param {any} unit @returns {string[]} */
export function troubles({ crew }) {
  return crew.filter(lacks).map((/** @type {any} */ member) => `${member.name} ${lacks(member)}`);
}

/** The unit in one line, what speaks against it first. @param {import("./app.js").App} app @param {any} unit */
export function about(app, unit) {
  const { assignment: on, crew, position } = unit;
  const can = [...unit.capabilities, ...unit.languages].join(", ");
  return [
    `${unit.callsign} ${UNIT_STATUS[unit.status].label}${on ? ` on call ${on.call_number}` : ""}`,
    ...troubles(unit).map((words) => `▲ ${words}`),
    can && `can: ${can}`,
    crew.map((/** @type {any} */ { name, until }) => `${name}${until ? ` until ${app.time(until).slice(0, 5)}` : ""}`).join(", ") || "no crew signed on",
    position ? `${position.shared ? "a phone's place" : "place"} ${elapsed(app.clock.now() - Date.parse(position.at))} old` : "place not known",
  ].filter(Boolean).join(" · ");
}
