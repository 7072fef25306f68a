// @ts-check
/** Keys that work anywhere. Letters alone act only in a list, so that nobody sends a unit by typing a name. */

/** Each key with what it does, as F1 prints it. @type {[string, string][]} */
export const SHEET = [
  ["F1", "this help"],
  ["F2 or /", "command line"],
  ["F3, Shift+F3", "pending, active calls"],
  ["F4, then Enter", "send the recommended units to the open call; 1–9 arms another"],
  ["F8, Shift+F8", "acknowledge the first alert, go to the alerts"],
  ["F9", "note on the open call; Ctrl+Enter saves it"],
  ["Esc", "close what is on top, back to the command line; nothing typed is lost"],
  ["↑ ↓ Home End Enter", "in a list: move, open"],
  ["D N P H X", "in a list of calls: dispatch, note, priority, hold, cancel that call"],
];

/** @param {EventTarget | null} target */
export function isText(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"));
}

/** What a key asks for: the name of an order, or "" for none of ours.
 * @param {{key: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event @param {boolean} inText */
export function orderOf({ key, shiftKey, ctrlKey, altKey, metaKey }, inText) {
  if (ctrlKey || altKey || metaKey) return "";
  const shifted = /** @type {Record<string, string>} */ ({ F3: "active", F8: "alerts" });
  const plain = /** @type {Record<string, string>} */ ({
    F1: "help", F2: "line", F3: "pending", F4: "send", F8: "acknowledge", F9: "note", Escape: "escape",
  });
  if (shiftKey) return shifted[key] ?? "";
  if (key === "/" && !inText) return "line";
  return plain[key] ?? "";
}
