// @ts-check
/** How a wait is marked. The server says how late calls and units are; only what no other console shows is timed here. */

/** @typedef {"" | "held" | "warn" | "over"} Lateness */

/** Seconds to the warning and to overdue. @type {Record<string, [number, number]>} */
const LIMITS = {
  unsent: [15, 60],
  owed: [1800, 3600],
};

/** @param {string} limit @param {number} seconds @returns {Lateness} */
export function lateness(limit, seconds) {
  const found = LIMITS[limit];
  if (!found) return "";
  return seconds >= found[1] ? "over" : seconds >= found[0] ? "warn" : "";
}

/** A card's own word for it: 0 in time, 1 warned, 2 overdue, 3 before the supervisor. A call on hold is not late.
 * @param {number} [step] @param {boolean} [held] @returns {Lateness} */
export function ofServer(step = 0, held = false) {
  return held ? "held" : step >= 2 ? "over" : step === 1 ? "warn" : "";
}

/** What is said beside the time, because colour alone says nothing. */
export const MARK = { "": "", held: "⏸", warn: "△", over: "▲" };
