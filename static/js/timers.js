// @ts-check
/** When a wait becomes a warning and when it is overdue: seconds, an agency's defaults. */

/** @type {Record<string, [number, number]>} warn, overdue */
export const LIMITS = {
  "pending:P": [40, 60],
  "pending:1": [40, 60],
  "pending:2": [90, 120],
  "pending:3": [180, 300],
  "pending:4": [600, 900],
  dispatched: [60, 120],
  "scene:care": [600, 900],
  "scene:joint": [1200, 1800],
  consult: [30, 60],
  unsent: [15, 60],
  owed: [1800, 3600],
};

/** A call on hold is not late; the end of its hold is a warning, and from there on it waits like any other.
 * @param {string} limit @param {number} seconds @param {number | null} [sinceHold] since its hold ended, less than 0 while it lasts
 * @returns {"" | "held" | "warn" | "over"} */
export function lateness(limit, seconds, sinceHold = null) {
  const found = LIMITS[limit];
  if (!found) return "";
  if (sinceHold !== null) return sinceHold < 0 ? "held" : sinceHold >= found[1] ? "over" : "warn";
  return seconds >= found[1] ? "over" : seconds >= found[0] ? "warn" : "";
}

/** What is said beside the time, because colour alone says nothing. */
export const MARK = { "": "", held: "⏸", warn: "△", over: "▲" };
