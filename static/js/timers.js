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

/** @param {string} limit @param {number} seconds @returns {"" | "warn" | "over"} */
export function lateness(limit, seconds) {
  const found = LIMITS[limit];
  if (!found) return "";
  return seconds >= found[1] ? "over" : seconds >= found[0] ? "warn" : "";
}

/** What is said beside the time, because colour alone says nothing. */
export const MARK = { "": "", warn: "△", over: "▲" };
