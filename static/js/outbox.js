// @ts-check
/** Notes on their way: each is kept with its key until the server has it, so that it arrives once, however often it is sent. */

/** @typedef {{key: string, at: number, refused?: string} & Record<string, any>} Note */

const RETRY_MS = 3000;
/** Answers that say nothing about the note itself. */
const NOT_NOW = [401, 403, 408, 429];

export class Outbox {
  /** @param {string} user @param {Storage} storage @param {(note: Note) => Promise<any>} send throws with `unanswered`
   * @param {() => void} changed */
  constructor(user, storage, send, changed) {
    /** Each note lies in a place of its own: two windows of one person do not write over each other. */
    this.place = `care-outbox:${user}`;
    this.storage = storage;
    this.send = send;
    this.changed = changed;
    /** @type {Note[]} */
    this.notes = [];
    this.#adopt();
    this.sending = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {Record<string, any>} note */
  add(note) {
    const kept = { ...note, key: crypto.randomUUID(), at: Date.now() };
    this.notes.push(kept);
    this.#write(kept);
    return this.flush();
  }

  /** Notes not yet sent, for one call or all. @param {number} [call] */
  waiting(call) {
    return this.notes.filter((note) => !note.refused && (call === undefined || note.call === call));
  }

  /** Notes the server refused, with its sentence; their text is not lost. @param {number} [call] */
  refused(call) {
    return this.notes.filter((note) => note.refused && (call === undefined || note.call === call));
  }

  /** @param {string} key */
  discard(key) {
    this.notes = this.notes.filter((note) => note.key !== key);
    this.storage.removeItem(`${this.place}:${key}`);
    this.changed();
  }

  /** Send what waits, in order, and what is added meanwhile; the first without an answer ends it until the link is back
   * or some time has passed. */
  async flush() {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    this.#adopt();
    try {
      for (let note = this.waiting()[0]; note; note = this.waiting()[0]) {
        try {
          await this.send(note);
          this.discard(note.key);
        } catch (error) {
          const problem = /** @type {any} */ (error);
          if (problem?.unanswered || NOT_NOW.includes(problem?.status)) {
            this.timer = setTimeout(() => this.flush(), RETRY_MS);
            break;
          }
          note.refused = String(problem?.message ?? problem);
          this.#write(note);
        }
      }
    } finally {
      this.sending = false;
    }
  }

  /** Sign-out: nothing stays on this computer. */
  wipe() {
    clearTimeout(this.timer);
    for (const name of this.#names()) this.storage.removeItem(name);
  }

  /** Take in what lies here and is not known yet: kept by the page before, or by another window that may be closed. */
  #adopt() {
    const known = new Set(this.notes.map((note) => note.key));
    for (const name of this.#names()) {
      try {
        const note = JSON.parse(this.storage.getItem(name) ?? "null");
        if (note?.key && !known.has(note.key)) this.notes.push(note);
      } catch {
        // Not ours to read; it stays where it is.
      }
    }
    this.notes.sort((a, b) => a.at - b.at);
  }

  #names() {
    const names = [];
    for (let index = 0; index < this.storage.length; index += 1) {
      const name = this.storage.key(index);
      if (name?.startsWith(`${this.place}:`)) names.push(name);
    }
    return names;
  }

  /** @param {Note} note */
  #write(note) {
    try {
      this.storage.setItem(`${this.place}:${note.key}`, JSON.stringify(note));
    } catch {
      // Kept in memory; the count in the bar still says that it is not sent.
    }
    this.changed();
  }
}
