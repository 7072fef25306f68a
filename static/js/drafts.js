// @ts-check
/** What is typed and not saved: every keystroke kept here, every five seconds on the server, wiped on save and sign-out. */

const PREFIX = "care-draft";
export const SERVER_EVERY_MS = 5000;

/** @typedef {{id: string, form: string, data: any, at: number, sent: boolean}} Draft */
/** @typedef {{put: (draft: Draft) => Promise<any>, drop: (id: string) => Promise<any>, list: () => Promise<any[]>}} Server */

/** The name of a half-made change of a call. @param {number} call */
export function editForm(call) {
  return `edit:${call}`;
}

export class Drafts {
  /** @param {string} user @param {Storage} storage @param {Server} server */
  constructor(user, storage, server) {
    this.user = user;
    this.storage = storage;
    this.server = server;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.failed = false;
  }

  /** @param {string} form */
  #place(form) {
    return `${PREFIX}:${this.user}:${form}`;
  }

  /** @param {string} form such as "intake" or "note:142" @returns {Draft | null} */
  get(form) {
    try {
      return JSON.parse(this.storage.getItem(this.#place(form)) ?? "null");
    } catch {
      return null;
    }
  }

  /** Keep what is typed now; `data` null or empty text wipes it. @param {string} form @param {any} data */
  keep(form, data) {
    if (data === null || data === "") return this.wipe(form);
    const old = this.get(form);
    this.#write({ id: old?.id ?? crypto.randomUUID(), form, data, at: Date.now(), sent: false });
    this.timer ??= setTimeout(() => this.flush(), SERVER_EVERY_MS);
  }

  /** Go on with what is typed as a draft of its own: the old one was saved already. @param {string} form */
  renew(form) {
    const old = this.get(form);
    if (!old) return;
    this.#write({ ...old, id: crypto.randomUUID(), at: Date.now(), sent: false });
    this.timer ??= setTimeout(() => this.flush(), SERVER_EVERY_MS);
  }

  /** It is saved: the draft goes, here and on the server. @param {string} form */
  wipe(form) {
    const old = this.get(form);
    this.storage.removeItem(this.#place(form));
    if (old) this.server.drop(old.id).catch(() => {});
  }

  /** Set a form's draft aside under a name of its own, so that the form starts empty. @param {string} form */
  park(form) {
    const old = this.get(form);
    if (old) this.#move(old, `${form}:${old.id}`);
  }

  /** What was set aside of a form, the oldest first. @param {string} form @returns {Draft[]} */
  parked(form) {
    const names = this.#names().map((name) => name.slice(this.#place("").length));
    const found = names.filter((name) => name.startsWith(`${form}:`)).map((name) => this.get(name));
    return /** @type {Draft[]} */ (found.filter(Boolean)).sort((a, b) => a.at - b.at);
  }

  /** Go on with what was set aside; what is in the form now is set aside instead. @param {Draft} draft @param {string} form */
  take(draft, form) {
    this.park(form);
    this.#move(draft, form);
  }

  /** @param {Draft} draft @param {string} form */
  #move(draft, form) {
    this.storage.removeItem(this.#place(draft.form));
    this.#write({ ...draft, form, sent: false });
    this.timer ??= setTimeout(() => this.flush(), SERVER_EVERY_MS);
  }

  /** Sign-out: nothing stays on this computer; another position finds the server's copies. */
  wipeHere() {
    for (const name of this.#names()) this.storage.removeItem(name);
    clearTimeout(this.timer);
  }

  /** Take in what was typed at another position and is newer than what is here; then send what only is here. */
  async fetch() {
    try {
      for (const { id, form, data, updated_at } of await this.server.list()) {
        const here = this.get(form);
        const at = Date.parse(updated_at);
        if (!here || here.at < at) this.#write({ id, form, data, at, sent: true });
      }
    } finally {
      this.timer ??= setTimeout(() => this.flush(), SERVER_EVERY_MS);
    }
  }

  /** Send what the server does not have yet; what fails is tried again. */
  async flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.failed = false;
    for (const name of this.#names()) {
      const draft = this.get(name.slice(`${PREFIX}:${this.user}:`.length));
      if (!draft || draft.sent) continue;
      try {
        await this.server.put(draft);
        const now = this.get(draft.form);
        if (now?.id !== draft.id) await this.server.drop(draft.id); // saved meanwhile: its copy came too late
        else if (now.at === draft.at) this.#write({ ...now, sent: true });
      } catch {
        this.failed = true;
      }
    }
    if (this.failed) this.timer ??= setTimeout(() => this.flush(), SERVER_EVERY_MS);
  }

  #names() {
    const names = [];
    for (let index = 0; index < this.storage.length; index += 1) {
      const name = this.storage.key(index);
      if (name?.startsWith(`${PREFIX}:${this.user}:`)) names.push(name);
    }
    return names;
  }

  /** @param {Draft} draft */
  #write(draft) {
    try {
      this.storage.setItem(this.#place(draft.form), JSON.stringify(draft));
    } catch {
      this.failed = true; // full or forbidden: the server's copy is what remains
    }
  }
}
