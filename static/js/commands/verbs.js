// @ts-check
/** The verbs of the command line: one table for the parser, its help and what it offers to complete. */

/**
 * @typedef {"units" | "call" | "minutes" | "priority" | "outcome" | "disposition" | "fact" | "response" | "reason"
 *   | "number" | "agency" | "question" | "result" | "word" | "notSent" | "closedAs" | "closed" | "other" | "linkKind"
 *   | "facts" | "advice" | "uncovered" | "requester" | "passReason" | "confirmation" | "endReason" | "basis" | "facility" | "rides" | "miles" | "clinician" | "instead" | "bypass" | "backTo" | "mistake"} Slot
 * @typedef {object} Verb
 * @property {string} usage
 * @property {string} help
 * @property {Slot[]} takes what its tokens may be
 * @property {Slot[]} needs what must be there; a missing call is the open call
 * @property {"may" | "must" | "no"} text what stands after a semicolon
 * @property {boolean} [one] one unit only
 * @property {boolean} [ends] it takes something away: a unit from its call, a call from the board
 * @property {string} [status] what the units report
 */

/** @type {Record<string, Verb>} */
export const VERBS = {
  NEW: { usage: "NEW nature @address; text", help: "take a new call; the form opens filled in", takes: [], needs: [], text: "may" },
  D: { usage: "D [call] unit… ; text", help: "dispatch; a unit on another call is taken off it: asked twice, with the reason", takes: ["call", "units"], needs: ["call", "units"], text: "may", status: "dispatched" },
  DE: { usage: "DE [call] unit…", help: "dispatch, en route already", takes: ["call", "units"], needs: ["call", "units"], text: "may", status: "en_route" },
  DO: { usage: "DO [call] unit…", help: "dispatch, on scene already", takes: ["call", "units"], needs: ["call", "units"], text: "may", status: "on_scene" },
  DR: { usage: "DR [call] [n]", help: "send the recommended units", takes: ["call", "number"], needs: ["call"], text: "no" },
  ER: { usage: "ER unit…", help: "en route", takes: ["units"], needs: ["units"], text: "no", status: "en_route" },
  ST: { usage: "ST unit…", help: "staged near the scene", takes: ["units"], needs: ["units"], text: "no", status: "staged" },
  OS: { usage: "OS unit…", help: "on scene", takes: ["units"], needs: ["units"], text: "no", status: "on_scene" },
  CT: { usage: "CT unit…", help: "in contact with the person", takes: ["units"], needs: ["units"], text: "no", status: "contact" },
  TR: { usage: "TR unit… [where] [legal basis] [who rides] [miles]", help: "transporting; miles: at the start", takes: ["units", "facility", "basis", "rides", "miles"], needs: ["units"], text: "no", status: "transporting" },
  AF: { usage: "AF unit… [where] [legal basis] [who rides] [miles]", help: "at the facility; miles: at the end", takes: ["units", "facility", "basis", "rides", "miles"], needs: ["units"], text: "no", status: "at_facility" },
  CE: { usage: "CE unit…", help: "clear to enter: the officer waves the staged team in", takes: ["units"], needs: ["units"], text: "no" },
  UP: { usage: "UP [call]", help: "the nearest free police go now, whatever is still open; CARE stays on the call", takes: ["call"], needs: ["call"], text: "no" },
  SEC: { usage: "SEC [call] [no]", help: "the officer says the scene is secure: CARE leads; no: it is secure no more", takes: ["call", "word"], needs: ["call"], text: "no" },
  STG: { usage: "STG [call]; where", help: "where CARE waits until it is waved in", takes: ["call"], needs: ["call"], text: "must" },
  REL: { usage: "REL unit…", help: "release police while CARE stays", takes: ["units"], needs: ["units"], text: "no" },
  CA: { usage: "CA unit [no] [safe] [resolved]", help: "the team called ahead: reached, or no answer; safe: a call back is; resolved: nobody needs to come", takes: ["units", "word"], needs: ["units"], text: "no", one: true },
  AV: {
    usage: "AV unit… [e d u c s n r]",
    help: "available; contact: e engaged, d declined, u unable to locate, c cancelled, s no contact for safety, r remote only, n none",
    takes: ["units", "outcome"], needs: ["units"], text: "no",
  },
  CL: { usage: "CL unit disposition [legal basis] [; text]", help: "available with a disposition", takes: ["units", "disposition", "basis"], needs: ["units", "disposition"], text: "may", one: true },
  X: { usage: "X unit [call] [; why]", help: "take a unit off its call; with a call: send it there instead", takes: ["units", "call"], needs: ["units"], text: "may", one: true, ends: true },
  OOS: { usage: "OOS unit reason [30m]", help: "out of service", takes: ["units", "minutes", "word"], needs: ["units"], text: "must", one: true, ends: true },
  AVC: { usage: "AVC unit reason [30m]", help: "available conditionally: on something it can be called away from, such as a follow-up visit", takes: ["units", "minutes", "word"], needs: ["units"], text: "must", one: true },
  OFF: { usage: "OFF unit…", help: "off duty", takes: ["units"], needs: ["units"], text: "no", ends: true },
  N: { usage: "N [call]; text", help: "add a note", takes: ["call"], needs: ["call"], text: "must" },
  P: { usage: "P [call] P 1 2 3 4", help: "set the priority", takes: ["call", "priority"], needs: ["call", "priority"], text: "no" },
  Q: { usage: "Q [call] W=no", help: "answer a question: W V T M S O I Z = no, unknown, or a value", takes: ["call", "fact"], needs: ["call", "fact"], text: "no" },
  MODE: {
    usage: "MODE [call] care c+p c+e pd ems fd tel cons std triage [reason] [; text]",
    help: "set the response, a lighter one with a reason; triage: as triage says",
    takes: ["call", "response", "reason"], needs: ["call", "response"], text: "may",
  },
  TRI: { usage: "TRI [call]", help: "triage again", takes: ["call"], needs: ["call"], text: "no" },
  H: { usage: "H [call] minutes; why", help: "hold; 0 minutes takes it off hold", takes: ["call", "minutes"], needs: ["call", "minutes"], text: "must" },
  CLOSE: {
    usage: "CLOSE [call] [advised transferred_988] [why CARE was not sent] [; text]",
    help: "close a call no unit is on",
    takes: ["call", "closedAs", "notSent"], needs: ["call"], text: "may", ends: true,
  },
  CAN: { usage: "CAN [call]; reason", help: "cancel the call", takes: ["call", "word"], needs: ["call"], text: "must", ends: true },
  RE: { usage: "RE [call]; why", help: "reopen a closed call", takes: ["closed"], needs: [], text: "must" },
  LK: {
    usage: "LK call [call] [same_person same_place cause other · merge · unlink]",
    help: "link two calls; merge: the first closes as a duplicate of the second",
    takes: ["other", "call", "linkKind"], needs: ["other", "call"], text: "may",
  },
  UNM: { usage: "UNM call; why", help: "supervisor: take a merged call out again", takes: ["closed"], needs: ["closed"], text: "must" },
  STK: {
    usage: "STK [call] unit [n]", help: "let the call wait for a unit that is busy, last or as number n; it stays pending",
    takes: ["call", "units", "number"], needs: ["call", "units"], text: "no", one: true,
  },
  UNS: { usage: "UNS [call] unit", help: "unstack: the call waits for that unit no more", takes: ["call", "units"], needs: ["call", "units"], text: "no", one: true, ends: true },
  ACK: { usage: "ACK [n] or ACK unit…", help: "acknowledge alert n, or stamp that a unit acknowledges", takes: ["number", "units"], needs: [], text: "no" },
  LATER: { usage: "LATER [call] minutes; why", help: "put a call off: it leaves the board and is back 10 minutes before its time", takes: ["call", "minutes"], needs: ["call", "minutes"], text: "must", ends: true },
  SCHED: { usage: "SCHED", help: "list the calls that are put off", takes: [], needs: [], text: "no" },
  ADDR: { usage: "ADDR", help: "list the calls whose address is not verified", takes: [], needs: [], text: "no" },
  CAU: { usage: "CAU", help: "list the cautions that stand, those that end soon first", takes: [], needs: [], text: "no" },
  SHV: { usage: "SHV n 10m; why", help: "shelve alert n for up to 15 minutes; it comes back", takes: ["number", "minutes"], needs: ["number", "minutes"], text: "must" },
  OVER: { usage: "OVER n help_there crew_safe by_mistake test", help: "a crew's emergency, acknowledged before, is over", takes: ["number", "endReason"], needs: ["endReason"], text: "no", ends: true },
  EMER: { usage: "EMER unit", help: "a crew needs help now: the alarm sounds on every console", takes: ["units"], needs: ["units"], text: "no", one: true },
  PAR: { usage: "PAR unit… or PAR all [call]", help: "the crew says it is safe: its clock starts anew; all: every crew on scene", takes: ["units", "call", "word"], needs: [], text: "no" },
  LOG: { usage: "LOG", help: "every alert of the last day, and who covers the center", takes: [], needs: [], text: "no" },
  TOLD: { usage: "TOLD unit… [n]", help: "the unit was told of the alert by radio", takes: ["units", "number"], needs: ["units"], text: "no" },
  CON: {
    usage: "CON who [question] [call] [W=no]; text · CON unit [who] · CON [who] result advice; words · CON",
    help: "a consult: who asks; a CARE unit answers; a result, kind of advice and words end it; alone: the list",
    takes: ["units", "agency", "requester", "question", "result", "advice", "uncovered", "call", "facts"], needs: [], text: "may",
  },
  COND: {
    usage: "COND [who] [call]; place",
    help: "a consult becomes a call, or somebody must come to its call",
    takes: ["units", "agency", "requester", "call"], needs: [], text: "may",
  },
  CONP: { usage: "CONP [who] reason", help: "who is asked passes a consult on", takes: ["units", "agency", "requester", "passReason"], needs: ["passReason"], text: "no" },
  CONF: { usage: "CONF [who] outcome", help: "what came of a consult", takes: ["units", "agency", "requester", "confirmation"], needs: ["confirmation"], text: "no" },
  CB: { usage: "CB [call] [text safe] or CB [call] still_safe resolved worse no_answer", help: "a clinician calls who waits for CARE (text: writes; safe: you confirm a call back is); then what came of it", takes: ["call", "clinician", "word"], needs: ["call"], text: "no" },
  INS: { usage: "INS [call] care_joins mobile_crisis line_988", help: "note what is done instead of CARE: told to join, mobile crisis asked, 988 on the line", takes: ["call", "instead"], needs: ["call", "instead"], text: "no" },
  MC: { usage: "MC [call] minutes", help: "mobile crisis was asked and says when it is there; 0: it is", takes: ["call", "minutes"], needs: ["call", "minutes"], text: "no" },
  WHY: { usage: "WHY [call] reason", help: "why CARE was not sent", takes: ["call", "notSent"], needs: ["call", "notSent"], text: "no" },
  BYP: { usage: "BYP unit reason", help: "why this unit was sent and not the one recommended", takes: ["units", "bypass"], needs: ["units", "bypass"], text: "no", one: true },
  BACK: { usage: "BACK unit d er st os ct tr wrong_unit misheard pressed wrong_place", help: "a stage was said by mistake: back to this one", takes: ["units", "backTo", "mistake"], needs: ["units", "backTo", "mistake"], text: "no", one: true },
  STAFF: { usage: "STAFF", help: "who is on, until when, and who is missing", takes: [], needs: [], text: "no" },
  OWED: { usage: "OWED", help: "list the dispositions crews still owe", takes: [], needs: [], text: "no" },
};

/** What each slot is called when it is missing. @type {Record<Slot, string>} */
export const SLOT_WORDS = {
  units: "a unit",
  call: "a call (none is open)",
  minutes: "minutes",
  priority: "a priority: P, 1, 2, 3 or 4",
  outcome: "an outcome",
  disposition: "a disposition",
  fact: "a question and its answer, such as W=no",
  response: "a response: care, c+p, c+e, pd, ems, fd, tel, cons, std or triage",
  reason: "a reason",
  number: "a number",
  agency: "an agency",
  question: "a question",
  result: "a result",
  word: "a reason",
  notSent: "why CARE was not sent",
  closedAs: "how it was closed",
  closed: "a closed call",
  facts: "W=no",
  advice: "a kind of advice",
  uncovered: "a reason",
  requester: "who asks",
  passReason: "a reason to pass it on",
  confirmation: "what came of it",
  basis: "a legal basis",
  facility: "a destination",
  rides: "who rides along",
  miles: "miles",
  other: "the other call",
  linkKind: "how they belong together",
  clinician: "what came of the clinician's call",
  bypass: "why: closer, knows_person, crew_asked, kept_free, not_fit or supervisor",
  instead: "a step: care_joins, mobile_crisis or line_988",
  backTo: "where it really is, such as er",
  mistake: "why: wrong_unit, misheard, pressed or wrong_place",
  endReason: "why it is over: help_there, crew_safe, by_mistake or test",
};

/** The closed list behind a slot, by its name in the vocabulary. @type {Record<string, string>} */
export const LIST_OF = {
  disposition: "dispositions", reason: "mode_reasons", notSent: "not_sent", question: "consult_questions", result: "consult_results",
  requester: "consult_requesters", advice: "consult_advice", uncovered: "consult_uncovered", passReason: "consult_pass_reasons",
  confirmation: "consult_confirmations", clinician: "clinician_results", instead: "instead", bypass: "bypass_reasons", basis: "legal_bases", facility: "facilities", rides: "rides",
  backTo: "back_to", mistake: "correction_reasons",
};
