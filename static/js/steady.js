// @ts-check
/** The order of a list that does not move under a hand: while somebody is in it, known rows stay and new ones come last. */

export const IDLE_MS = 5000;

export class Steady {
  /** @param {() => void} settled called when the list may be sorted again */
  constructor(settled) {
    this.settled = settled;
    /** @type {number[]} */
    this.ids = [];
    /** @type {Set<string>} */
    this.held = new Set();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {string} by "pointer" or "focus" */
  hold(by) {
    this.held.add(by);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#settle(), IDLE_MS);
  }

  /** @param {string} by */
  release(by) {
    this.held.delete(by);
    if (!this.held.size) this.#settle();
  }

  #settle() {
    clearTimeout(this.timer);
    this.held.clear();
    this.settled();
  }

  /** Rows in the order to show, and how many are not at their sort place. @template {{id: number}} T
   * @param {T[]} sorted @returns {{shown: T[], moved: number}} */
  order(sorted) {
    if (!this.held.size) {
      this.ids = sorted.map((row) => row.id);
      return { shown: sorted, moved: 0 };
    }
    const rows = new Map(sorted.map((row) => [row.id, row]));
    const stay = this.ids.filter((id) => rows.has(id));
    const known = new Set(stay);
    this.ids = [...stay, ...sorted.map((row) => row.id).filter((id) => !known.has(id))];
    const shown = this.ids.map((id) => /** @type {T} */ (rows.get(id)));
    return { shown, moved: shown.filter((row, index) => row !== sorted[index]).length };
  }
}
