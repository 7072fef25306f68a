// @ts-check
/** A Storage that lives in memory, shared by every window of a test. */

export class Memory {
  constructor() {
    /** @type {Map<string, string>} */
    this.kept = new Map();
  }

  get length() {
    return this.kept.size;
  }

  clear() {
    this.kept.clear();
  }

  /** @param {number} index */
  key(index) {
    return [...this.kept.keys()][index] ?? null;
  }

  /** @param {string} name */
  getItem(name) {
    return this.kept.get(name) ?? null;
  }

  /** @param {string} name @param {string} value */
  setItem(name, value) {
    this.kept.set(name, value);
  }

  /** @param {string} name */
  removeItem(name) {
    this.kept.delete(name);
  }
}
