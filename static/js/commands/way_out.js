// @ts-check
/** After a refusal: what the dispatcher can type next, said behind the server's own sentence. */

import { ranked } from "../recommend.js";
import { callToken } from "./parse.js";
import { toTake } from "./run.js";

const SHOWN = 3;

/** @param {import("../app.js").App} app @param {import("./parse.js").Command} command @param {any} refused @returns {string} */
export function way(app, command, refused) {
  const code = refused?.code;
  if (command.verb === "MODE" && refused?.status === 400 && !command.reason) {
    return ` Add one of ${app.context.modeReasons.join(", ")}, or a semicolon and words.`;
  }
  if (command.verb === "CLOSE" && refused?.status === 400) return " Type one of them on the same line.";
  if (code === "same_field_changed") return " Enter again sets yours.";
  if (code === "care_needs_police") {
    return toTake(app, command).length ? " Behind a second semicolon says why CARE goes alone." : ` Behind a semicolon on the same line says why: ${app.context.modeReasons.join(", ")}, or words.`;
  }
  if (command.verb === "CB" && code === "not_safe_to_call") return " CB text writes; CB safe calls, when you know that a call back is safe.";
  if (code === "outside_agreement") return " Behind a semicolon the word outside asks all the same.";
  if (code !== "unit_held" && code !== "unit_not_available") return "";
  const call = app.store.get("call", command.call);
  const asked = (command.units ?? []).map((callsign) => app.unit(callsign));
  const taken = asked.find((unit) => unit && String(refused.message).startsWith(`${unit.callsign} `));
  if (!call || !taken) return "";
  if (refused.data.held_by?.call_id === call.id) return " It is on this call already.";
  const others = ranked(call, /** @type {any[]} */ (app.units), taken.discipline).filter(({ unit }) => !asked.includes(unit));
  const free = others.slice(0, SHOWN).map(({ unit, why }) => [unit.callsign, ...why].join(" "));
  const take = code === "unit_held" ? ` The same line with ; and why takes it off there.` : "";
  return ` ${free.length ? `Free: ${free.join(", ")}.` : "No other is free."}${take}`;
}
