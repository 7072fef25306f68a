// @ts-check
/** A small evening for the tests of what the command line offers, answers and puts back. */

import { ranked } from "../../static/js/recommend.js";

const unit = (/** @type {string} */ callsign, /** @type {string} */ discipline, more = {}) => ({
  id: Number(callsign.replace(/\D/g, "")), callsign, discipline, status: "available", capabilities: [], languages: ["en"], home: "",
  agency: { code: "pd" }, assignment: null, position: null, ...more,
});
const on = (/** @type {number} */ call_id, /** @type {string} */ status) => ({ status, assignment: { id: 1, call_id, call_number: String(call_id + 100) } });

/** @param {{open?: number | null, detail?: any}} [options] @returns {any} */
export function makeApp({ open = 42, detail = null } = {}) {
  const calls = [
    { id: 42, number: "142", name: "2026-11-23-0142", priority: "3", assignments: [] },
    { id: 39, number: "139", name: "2026-11-23-0139", priority: "1", assignments: [] },
  ];
  const units = [
    unit("CARE1", "care", on(39, "en_route")), unit("P101", "police", on(39, "on_scene")), unit("P102", "police"),
    unit("P103", "police", { capabilities: ["cit"] }), unit("M71", "ems", on(39, "dispatched")),
  ];
  return {
    calls, units, ranked,
    unit: (/** @type {string} */ callsign) => units.find((found) => found.callsign === callsign),
    store: { get: (/** @type {string} */ _, /** @type {any} */ id) => calls.find((call) => call.id === id) },
    shownCall: calls.find((call) => call.id === open),
    desk: { openId: open, detail },
    vocabulary: {
      facts: [{ name: "weapon", label: "Weapon", values: ["denied", "none_reported", "secured", "unknown", "in_reach", "in_hand"] }],
      dispositions: [{ value: "referral", label: "Referral" }],
    },
    context: { calls, units: units.map(({ callsign }) => callsign), modeReasons: ["new_information", "no_unit"] },
  };
}
