// @ts-check
/** The board in memory: cards by type and id, always the newer version, and one notice per painted frame. */

/** @typedef {{type: string, id: number, version: number, gone?: boolean, [field: string]: any}} Card */
/** @typedef {{whole: boolean, keys: Set<string>}} Changes */

/** Runs a task before the next paint, or soon when the page is not painted at all.
 * @param {() => void} task */
export function beforePaint(task) {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    task();
  };
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(once);
  setTimeout(once, 200);
}

export class Store {
  /** @param {(task: () => void) => void} schedule */
  constructor(schedule = beforePaint) {
    this.schedule = schedule;
    this.epoch = "";
    /** The sequence number this board is complete up to; -1 before the first snapshot. */
    this.to = -1;
    /** @type {Map<string, Map<number, Card>>} */
    this.types = new Map();
    /** @type {Map<string, number>} versions at which cards left, so that an older one does not bring them back */
    this.left = new Map();
    /** @type {Set<(changes: Changes) => void>} */
    this.listeners = new Set();
    /** @type {Changes | null} */
    this.waiting = null;
  }

  /** @param {string} type @param {number | null | undefined} id @returns {Card | undefined} */
  get(type, id) {
    return id === null || id === undefined ? undefined : this.types.get(type)?.get(id);
  }

  /** @param {string} type @returns {Card[]} */
  all(type) {
    return [...(this.types.get(type)?.values() ?? [])];
  }

  /** Take a snapshot: it replaces everything unless it is older than what is here.
   * @param {{epoch: string, to: number, cards: Card[]}} message @returns {boolean} */
  begin({ epoch, to, cards }) {
    if (epoch === this.epoch && to < this.to) return false;
    const before = this.types;
    this.types = new Map();
    this.left.clear();
    this.epoch = epoch;
    this.to = to;
    for (const card of cards) this.#put(card);
    const keys = new Set();
    for (const [type, found] of this.types) {
      for (const [id, card] of found) {
        const old = before.get(type)?.get(id);
        if (!old || JSON.stringify({ ...old, version: 0 }) !== JSON.stringify({ ...card, version: 0 })) keys.add(`${type}:${id}`);
      }
    }
    for (const [type, found] of before) {
      for (const id of found.keys()) if (!this.types.get(type)?.has(id)) keys.add(`${type}:${id}`);
    }
    this.#notice(keys, true);
    return true;
  }

  /** Take a frame that follows what is here. "old": nothing new in it; "gap": something is missing before it.
   * @param {{from: number, to: number, cards: Card[]}} message @returns {"applied" | "old" | "gap"} */
  apply({ from, to, cards }) {
    if (to <= this.to) return "old";
    if (this.to < 0 || from > this.to) return "gap";
    const keys = new Set();
    for (const card of cards) if (this.#put(card)) keys.add(`${card.type}:${card.id}`);
    this.to = to;
    if (keys.size) this.#notice(keys, false);
    return "applied";
  }

  /** Newest places of units, or an id alone: nobody tells its place any more. They are outside the sequence.
   * @param {{id: number, at?: string, [field: string]: any}[]} units */
  place(units) {
    const keys = new Set();
    for (const { id, ...place } of units) {
      const card = this.get("unit", id);
      if (!card || (place.at && card.position?.at > place.at)) continue;
      this.types.get("unit")?.set(id, { ...card, position: place.at ? place : null });
      keys.add(`unit:${id}`);
    }
    if (keys.size) this.#notice(keys, false);
  }

  /** @param {(changes: Changes) => void} listener @returns {() => void} */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @param {Card} card @returns {boolean} whether anything changed */
  #put(card) {
    const key = `${card.type}:${card.id}`;
    const found = this.types.get(card.type) ?? new Map();
    this.types.set(card.type, found);
    const newest = Math.max(found.get(card.id)?.version ?? -1, this.left.get(key) ?? -1);
    if (card.version < newest) return false;
    if (card.gone) {
      this.left.set(key, card.version);
      return found.delete(card.id);
    }
    this.left.delete(key);
    found.set(card.id, card);
    return true;
  }

  /** @param {Set<string>} keys @param {boolean} whole */
  #notice(keys, whole) {
    if (this.waiting) {
      for (const key of keys) this.waiting.keys.add(key);
      this.waiting.whole ||= whole;
      return;
    }
    this.waiting = { whole, keys };
    this.schedule(() => {
      const changes = this.waiting;
      this.waiting = null;
      if (changes) for (const listener of [...this.listeners]) listener(changes);
    });
  }
}
