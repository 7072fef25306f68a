// @ts-check
/** Keys that work anywhere. Letters alone act only in a list, so that nobody sends a unit by typing a name. */

/**
 * What F1 prints, what the bottom line says, and which key gives which order: one table.
 * @type {{keys: string, does: string, short?: string, orders?: Record<string, string>}[]}
 */
export const SHEET = [
  { keys: "F1", does: "this help, and away with it", short: "F1 help", orders: { F1: "help" } },
  { keys: "F2 or /", does: "command line", short: "F2 command", orders: { F2: "line", "/": "line" } },
  { keys: "F3, Shift+F3", does: "pending, active calls", short: "F3 pending · ⇧F3 active", orders: { F3: "pending", "Shift+F3": "active" } },
  { keys: "F4, then Enter", does: "send the recommended units to the open call; 1–9 arms another", short: "F4 send", orders: { F4: "send" } },
  {
    keys: "Shift+F4", short: "⇧F4 ask", orders: { "Shift+F4": "ask" },
    does: "what is not known on the open call: N no, U unknown, Y yes; W V T M S O I Z go to that question, ↑ ↓ to the next",
  },
  {
    keys: "F8, Shift+F8", does: "acknowledge the first alert, go to the alerts", short: "F8 acknowledge",
    orders: { F8: "acknowledge", "Shift+F8": "alerts" },
  },
  { keys: "F9", does: "note on the open call; Ctrl+Enter saves it", short: "F9 note", orders: { F9: "note" } },
  { keys: "Shift+F9", does: "the consults", orders: { "Shift+F9": "consults" } },
  { keys: "Esc", does: "close what is on top, back to the command line; nothing typed is lost", orders: { Escape: "escape" } },
  { keys: "Ctrl+Z", does: "in the empty command line: the line that puts back my last command of the last minute; Enter does it" },
  { keys: "↑ ↓ Home End Enter", does: "in a list: move, open" },
  { keys: "D N P H X", does: "in a list of calls: dispatch, note, priority, hold, cancel that call" },
];

/** @type {Record<string, string>} */
const ORDERS = Object.assign({}, ...SHEET.map(({ orders }) => orders));

/** @param {EventTarget | null} target */
export function isText(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"));
}

/** What a key asks for: the name of an order, or "" for none of ours. A slash needs Shift on many keyboards.
 * @param {{key: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event @param {boolean} inText */
export function orderOf({ key, shiftKey, ctrlKey, altKey, metaKey }, inText) {
  if (ctrlKey || altKey || metaKey) return "";
  if (key.length === 1) return inText ? "" : (ORDERS[key] ?? "");
  return ORDERS[shiftKey ? `Shift+${key}` : key] ?? "";
}
