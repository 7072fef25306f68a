// @ts-check
/** Commands about calls beyond the one at hand: linked, merged, stacked for a unit, opened again. */

import { post, read } from "../api.js";
import { CALL_STATUS } from "../words.js";
import { coded, numberOf, send, unitOf } from "./run.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./parse.js").Command} Command */

/** @param {App} app @param {Command} command */
export async function link(app, { other, call, linkKind = "other", text }) {
  const [one, two] = [numberOf(app, other), numberOf(app, call)];
  if (linkKind === "merge") {
    const { reason, note } = coded(app, undefined, text);
    await post(`/api/calls/${other}/merge/`, { into: call, ...(reason && { override_reason: reason, override_note: note }) });
    app.openCall(Number(call));
    return `Call ${one} is merged into call ${two}`;
  }
  if (linkKind === "unlink") {
    await post(`/api/calls/${call}/unlink/`, { other });
    return `Calls ${one} and ${two} are not linked any more`;
  }
  await post(`/api/calls/${call}/links/`, { other, kind: linkKind });
  return `Calls ${one} and ${two} are linked: ${app.label("link_kinds", linkKind).toLowerCase()}`;
}

/** @param {App} app @param {Command} command */
export async function unmerge(app, { closed, text }) {
  const { calls } = await read(`/api/calls/?status=closed&q=${closed}`);
  const merged = calls.find((/** @type {any} */ call) => call.merged_into);
  if (!merged) throw new Error(`Call ${closed} is not merged into another.`);
  await post(`/api/calls/${merged.id}/unmerge/`, { reason: text });
  app.openCall(merged.id);
  return `Call ${closed} is a call of its own again`;
}

/** @param {App} app @param {Command} command */
export async function stack(app, { call, units = [], number }) {
  const unit = unitOf(app, units[0]);
  const { turn } = await post(`/api/calls/${call}/stack/`, { unit_id: unit.id, ...(number && { turn: number }) });
  return `Call ${numberOf(app, call)} waits for ${unit.callsign}, as number ${turn}`;
}

/** @param {App} app @param {Command} command */
export async function unstack(app, { call, units = [] }) {
  await post(`/api/calls/${call}/unstack/`, { unit_id: unitOf(app, units[0]).id });
  return `Call ${numberOf(app, call)} waits for ${units[0]} no more`;
}

/** @param {App} app @param {Command} command */
export async function reopen(app, { closed, text }) {
  let id = app.desk.detail?.status === "closed" ? app.desk.openId : null;
  if (closed !== undefined) {
    const { calls } = await read(`/api/calls/?status=closed&q=${closed}`);
    if (!calls.length) throw new Error(`There is no closed call ${closed}.`);
    id = calls[0].id;
  }
  if (id === null) throw new Error("Name the closed call: RE 142; why.");
  await post(`/api/calls/${id}/reopen/`, { reason: text });
  app.openCall(id);
  return `Call ${closed ?? numberOf(app, id)} is open again, ${CALL_STATUS.pending.label}`;
}

/** Units of another center are asked for; ours on the same line go at once. @param {App} app @param {Command} command */
export async function ask(app, { verb, call, units = [], text }) {
  const theirs = units.filter((callsign) => app.unit(callsign)?.mirrored_from);
  const ours = units.filter((callsign) => !theirs.includes(callsign));
  const done = ours.length ? [await send(app, { verb, call, units: ours, text })] : [];
  const outside = /\boutside\b/i.test(text ?? "");
  for (const unit of theirs) {
    await post(`/api/calls/${call}/unit-requests/`, { unit, ...(outside && { outside_agreement: true }) });
    done.push(`${unit} asked of ${app.unit(unit)?.mirrored_from} for call ${numberOf(app, call)}`);
  }
  return done.join("; ");
}
