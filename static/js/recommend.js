// @ts-check
/** What a call still needs and which units suit it, over cards: the order of what the command line offers. Whom to send is
 * the server's to say (advice.js). */

/** @typedef {{id: number, callsign: string, discipline: string, status: string, status_at: string, capabilities: string[],
 *   languages: string[], home: string, agency: {code: string}, assignment: any, position: {lat: number, lng: number} | null}} Unit */

const ORDER = ["care", "police", "ems", "fire"];
const MILES_PER_KM = 0.621371;

/** Services a call asks for; before triage it is police and EMS first.
 * @param {any} call @returns {string[]} */
export function servicesOf(call) {
  if (!call.response) return ["police", "ems"];
  return ORDER.filter((service) => (call.services ?? []).includes(service));
}

/** Services asked for that nobody on the call provides yet. @param {any} call */
export function stillNeeded(call) {
  const there = new Set((call.assignments ?? []).map((/** @type {any} */ a) => a.discipline));
  return servicesOf(call).filter((service) => !there.has(service));
}

/** Miles between two places as the crow flies; null when one is unknown.
 * @param {{lat: number | null, lng: number | null} | null} a @param {{lat: number | null, lng: number | null} | null} b */
export function miles(a, b) {
  if (a?.lat == null || a.lng == null || b?.lat == null || b.lng == null) return null;
  const rad = Math.PI / 180;
  const s1 = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2;
  const s2 = Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  const km = 12742 * Math.asin(Math.sqrt(s1 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * s2));
  return km * MILES_PER_KM;
}

/** What speaks for a unit on a call; a lower score is better. @param {any} call @param {Unit} unit */
export function suitability(call, unit) {
  const why = [];
  const distance = miles(unit.position, call);
  let score = distance ?? 5;
  if (distance !== null) why.push(`${distance.toFixed(1)} mi`);
  const own = call.jurisdiction && unit.agency.code === call.jurisdiction.code;
  const near = call.jurisdiction && unit.home && String(call.jurisdiction.name).toLowerCase().includes(unit.home.toLowerCase());
  if (unit.discipline === "police" && call.jurisdiction && !own) score += 6;
  if (near || own) score -= 1;
  /** @param {string} capability @param {number} worth */
  const has = (capability, worth) => {
    if (!unit.capabilities.includes(capability)) return;
    score -= worth;
    why.push(capability === "cit" ? "CIT" : capability);
  };
  if (unit.discipline === "police" && call.behavioral !== "no") has("cit", 3);
  if (unit.discipline === "care" && call.flags?.J === "yes") has("youth", 3);
  if (unit.discipline === "care") has("clinician", 4);
  if (call.flags?.L === "yes" && unit.languages.some((language) => language !== "en")) {
    score -= 2;
    why.push(unit.languages.filter((language) => language !== "en").join("/"));
  }
  return { score, why };
}

/** Free, or on something it can be called away from; the server takes no other. @param {any} unit */
export const canBeSent = (unit) => unit?.status === "available" || unit?.status === "conditional";

/** What is to be known before a unit is called away: on what it is. @param {import("./app.js").App} app @param {any[]} units */
export function conditions(app, units) {
  return units.filter((unit) => unit.status === "conditional").map((unit) => `${unit.callsign} only conditionally: ${app.label("away_reasons", unit.unavailable_reason) || "on a visit"}`);
}

/** Free units of one discipline, best first. @param {any} call @param {Unit[]} units @param {string} discipline */
export function ranked(call, units, discipline) {
  return units
    .filter((unit) => unit.discipline === discipline && canBeSent(unit) && !unit.assignment && !(/** @type {any} */ (unit).mirrored_from))
    .map((unit) => ({ unit, ...suitability(call, unit) }))
    .sort((a, b) => Number(a.unit.status === "conditional") - Number(b.unit.status === "conditional") || a.score - b.score || a.unit.callsign.localeCompare(b.unit.callsign, "en", { numeric: true }));
}

/** What has to be asked before CARE goes to a call without police; the server refuses it until then.
 * @param {any} call @param {any} detail of the open call @param {{discipline: string}[]} units @returns {string[]} */
export function askFirst(call, detail, units) {
  if (detail?.id !== call.id || call.overridden || !units.some((unit) => unit.discipline === "care")) return [];
  if ([...units, ...(call.assignments ?? [])].some((unit) => unit.discipline === "police")) return [];
  return detail.verdict?.safety_questions ?? [];
}
