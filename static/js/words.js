// @ts-check
/** The short words of the board: glyph, four to six letters and a class for colour, in that order of importance. */

/** @typedef {{glyph: string, code: string, label: string, tone: string}} Word */

/** @type {Record<string, Word>} */
export const UNIT_STATUS = {
  available: { glyph: "○", code: "AVAIL", label: "available", tone: "avail" },
  conditional: { glyph: "◦", code: "COND", label: "conditionally available", tone: "avail" },
  dispatched: { glyph: "◔", code: "DISP", label: "dispatched", tone: "disp" },
  acknowledged: { glyph: "◑", code: "ACK", label: "acknowledged", tone: "disp" },
  en_route: { glyph: "▷", code: "ENRT", label: "en route", tone: "enrt" },
  staged: { glyph: "◐", code: "STAGE", label: "staged", tone: "scene" },
  on_scene: { glyph: "●", code: "SCENE", label: "on scene", tone: "scene" },
  contact: { glyph: "◉", code: "CNTCT", label: "in contact", tone: "scene" },
  transporting: { glyph: "⇢", code: "TRANS", label: "transporting", tone: "busy" },
  at_facility: { glyph: "⌂", code: "FACIL", label: "at facility", tone: "busy" },
  clearing: { glyph: "◌", code: "CLRNG", label: "clearing", tone: "busy" },
  unavailable: { glyph: "✕", code: "OOS", label: "out of service", tone: "off" },
  off_duty: { glyph: "–", code: "OFF", label: "off duty", tone: "off" },
};

/** @type {Record<string, Word>} */
export const CALL_STATUS = {
  received: { glyph: "◇", code: "RECVD", label: "received", tone: "off" },
  answered: { glyph: "◇", code: "ANSWD", label: "answered", tone: "off" },
  in_triage: { glyph: "◈", code: "TRIAGE", label: "in triage", tone: "busy" },
  pending: { glyph: "◇", code: "PEND", label: "pending", tone: "off" },
  assigned: { glyph: "◔", code: "DISP", label: "units dispatched", tone: "disp" },
  en_route: { glyph: "▷", code: "ENRT", label: "units en route", tone: "enrt" },
  on_scene: { glyph: "●", code: "SCENE", label: "units on scene", tone: "scene" },
  closed: { glyph: "✓", code: "CLOSED", label: "closed", tone: "off" },
};

export const DISCIPLINES = ["care", "police", "ems", "fire"];
/** @type {Record<string, string>} */
export const DISCIPLINE_LABEL = { care: "CARE", police: "Police", ems: "EMS", fire: "Fire" };

/** Fixed places of the flags column: letter, the words for it. */
export const FLAGS = [
  { letter: "W", label: "weapon" },
  { letter: "V", label: "violence" },
  { letter: "M", label: "medical" },
  { letter: "S", label: "suicide" },
  { letter: "J", label: "juvenile" },
  { letter: "L", label: "language" },
];

/** What stands in a flag's place: yes the letter, unknown a question mark, asked and denied a dot, nobody asked a dash.
 * @param {string} letter @param {string | undefined} value */
export function flagMark(letter, value) {
  if (value === "yes") return letter;
  if (value === "unknown") return "?";
  if (value === "denied") return "·";
  return letter === "W" ? "?" : "‐"; // for a weapon, not asked is as good as unknown
}

/** The flags in words, for those who hear them.
 * @param {Record<string, string>} flags */
export function flagWords(flags) {
  const said = FLAGS.map(({ letter, label }) => {
    if (flags[letter] === "yes") return label;
    if (flags[letter] === "unknown" || (letter === "W" && !flags[letter])) return `${label} unknown`;
    return "";
  });
  return said.filter(Boolean).join(", ") || "no flags";
}

/** What a response asks for; the server says it with each verdict, this stands in for a call not yet triaged.
 * @type {Record<string, string>} */
export const RESPONSE_OF_WORD = {
  care: "care_only",
  "c+p": "care_police",
  "c+e": "care_ems",
  pd: "police_first",
  ems: "ems_first",
  fd: "fire_police_ems",
  tel: "phone",
  cons: "consult",
  std: "standard",
  triage: "triage", // what triage says, without anybody's hand
};
/** @type {Record<string, string>} */
export const WORD_OF_RESPONSE = Object.fromEntries(Object.entries(RESPONSE_OF_WORD).map(([word, value]) => [value, word]));

/** Contact outcome by one key on the line that frees a unit. @type {Record<string, string>} */
export const OUTCOME_OF_KEY = {
  e: "engaged",
  d: "declined",
  u: "unable_to_locate",
  c: "cancelled",
  s: "no_contact_safety",
  r: "remote_only",
  n: "none",
};
/** @type {Record<string, string>} */
export const KEY_OF_OUTCOME = Object.fromEntries(Object.entries(OUTCOME_OF_KEY).map(([key, value]) => [value, key]));

/** The key of a question and the fact it asks for, in the order that changes the answer most. */
export const QUESTION_KEYS = {
  W: "weapon",
  V: "violence",
  T: "threat_to_others",
  M: "medical",
  S: "suicide",
  O: "overdose",
  I: "intoxication",
  Z: "hazard",
};

/** none_reported as people say it. @param {string} value */
export function valueWords(value) {
  if (value === "none_reported") return "not asked";
  return String(value).replaceAll("_", " ");
}

/** P, 1, 2, 3, 4: the order of the pending board. @param {string} priority */
export function rank(priority) {
  return priority === "P" ? 0 : Number(priority) || 9;
}
