// @ts-check
/** Notes on their way: each is kept with its key until the server has it, so that it arrives once, however often it is sent. */

/** @typedef {{key: string, call: number, number: string, text: string, at: number, refused?: string}} Note */

export class Outbox {
  /** @param {string} user @param {Storage} storage @param {(note: Note) => Promise<any>} send throws with `unanswered`
   * @param {() => void} changed */
  constructor(user, storage, send, changed) {
    this.place = `care-outbox:${user}`;
    this.storage = storage;
    this.send = send;
    this.changed = changed;
    /** @type {Note[]} */
    this.notes = JSON.parse(storage.getItem(this.place) ?? "[]");
    this.sending = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {Omit<Note, "key" | "at">} note */
  add(note) {
    this.notes.push({ ...note, key: crypto.randomUUID(), at: Date.now() });
    this.#write();
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
    this.#write();
  }

  /** Send what waits, in order; the first without an answer ends it until the link is back or some time has passed. */
  async flush() {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    try {
      for (const note of this.waiting()) {
        try {
          await this.send(note);
          this.discard(note.key);
        } catch (error) {
          const problem = /** @type {any} */ (error);
          if (problem?.unanswered || [401, 403, 429].includes(problem?.status)) {
            this.timer = setTimeout(() => this.flush(), 3000);
            break;
          }
          note.refused = String(problem?.message ?? problem);
          this.#write();
        }
      }
    } finally {
      this.sending = false;
    }
  }

  /** Sign-out: nothing stays on this computer. */
  wipe() {
    clearTimeout(this.timer);
    this.storage.removeItem(this.place);
  }

  #write() {
    try {
      this.storage.setItem(this.place, JSON.stringify(this.notes));
    } catch {
      // Kept in memory; the count in the bar still says that it is not sent.
    }
    this.changed();
  }
}
