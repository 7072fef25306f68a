// @ts-check
/** The rules that are being looked at and edited: what is stored, what was typed since, and what the server says of it. */

import { Refused, change, read, request } from "../api.js";

const CHECK_MS = 350;
const ROOT = "/api/rule-sets/";

export class RuleBook {
  /** @param {Storage} storage where unsaved changes outlive the page @param {() => void} changed */
  constructor(storage, changed) {
    this.storage = storage;
    this.changed = changed;
    /** @type {any} */ this.menus = null;
    /** @type {any} */ this.me = null;
    /** @type {any[]} */ this.sets = [];
    /** @type {any[]} */ this.templates = [];
    /** @type {number | null} */ this.inForce = null;
    /** The stored rule set that is open. @type {any} */ this.open = null;
    /** Its body as edited; the same object as the stored one's while nothing was typed. @type {any} */ this.body = null;
    /** Problems, sentences and cases of `body`. @type {any} */ this.checked = null;
    /** The revision typed changes were based on. */ this.base = 0;
    this.checking = false;
    /** @type {{good: boolean, text: string} | null} */ this.said = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
    this.asked = 0;
  }

  async start() {
    await this.attempt(async () => {
      [this.me, this.menus, { templates: this.templates }] = await Promise.all([
        read("/api/me/"), read(`${ROOT}menus/`), read(`${ROOT}templates/`),
      ]);
      await this.list();
    });
  }

  async list() {
    const { rule_sets: sets, in_force: inForce } = await read(ROOT);
    [this.sets, this.inForce] = [sets, inForce];
    this.changed();
  }

  get dirty() {
    return this.open !== null && this.body !== this.open.body;
  }

  /** @param {string} what */
  may(what) {
    return Boolean(this.open?.may.includes(what));
  }

  /** @param {number} id */
  async look(id) {
    await this.attempt(async () => {
      const found = await read(`${ROOT}${id}/`);
      [this.open, this.body, this.checked, this.base] = [found, found.body, found, found.revision];
      const kept = this.may("change") ? this.#kept() : null;
      if (kept) {
        [this.body, this.base] = [kept.body, kept.revision];
        this.#check();
        this.said = { good: kept.revision === found.revision, text: keptWords(kept, found) };
      }
    });
  }

  close() {
    [this.open, this.body, this.checked] = [null, null, null];
    this.changed();
  }

  /** Change the body that is being edited. @param {(body: any) => void} how */
  edit(how) {
    if (!this.may("change")) return;
    const body = structuredClone(this.body);
    how(body);
    this.body = body;
    this.#keep();
    this.changed();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#check(), CHECK_MS);
  }

  /** Give up what was typed since the last save. */
  drop() {
    this.storage.removeItem(this.#place());
    [this.body, this.checked, this.base, this.said] = [this.open.body, this.open, this.open.revision, null];
    this.changed();
  }

  /** Save over what somebody else saved meanwhile: what was typed is kept, theirs is replaced. */
  async insist() {
    this.base = this.open.revision;
    await this.save();
  }

  async save() {
    await this.attempt(async () => {
      const { name, source, framework, levels, note, rules } = this.body;
      const parts = { name, source, framework, levels, note, rules };
      const changes = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
      try {
        await change("PATCH", `${ROOT}${this.open.id}/`, changes, { version: this.base });
      } catch (error) {
        if (error instanceof Refused && error.code === "draft_changed") this.open = await read(`${ROOT}${this.open.id}/`);
        throw error;
      }
      this.storage.removeItem(this.#place());
      await this.look(this.open.id);
      await this.list();
      this.say(true, `Saved as revision ${this.open.revision}`);
    });
  }

  /** Submit, approve, send back, retire or roll back. @param {string} what @param {any} [fields] */
  async act(what, fields = {}) {
    return this.attempt(async () => {
      await change("POST", `${ROOT}${this.open.id}/${what}/`, fields, { version: this.open.revision });
      await this.look(this.open.id);
      await this.list();
      this.say(true, DONE[what] ?? "Done");
    });
  }

  /** @param {{template?: string, rule_set?: number}} from */
  async draft(from) {
    await this.attempt(async () => {
      const made = await change("POST", ROOT, from);
      await this.list();
      location.hash = `#/${made.rule_set_id}`;
    });
  }

  /** @param {any} typed */
  async try(typed) {
    return this.attempt(() => request("POST", `${ROOT}${this.open.id}/try/`, typed));
  }

  /** Do it, and say what went wrong. @template T @param {() => Promise<T>} what @returns {Promise<T | undefined>} */
  async attempt(what) {
    try {
      this.said = null;
      return await what();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.failing = error.data?.failing ?? [];
      this.say(false, error.message);
      return undefined;
    } finally {
      this.changed();
    }
  }

  /** @param {boolean} good @param {string} text */
  say(good, text) {
    this.said = { good, text };
    this.changed();
  }

  async #check() {
    const asked = (this.asked += 1);
    this.checking = true;
    this.changed();
    const found = await request("POST", `${ROOT}check/`, { body: this.body }).catch(() => null);
    if (asked !== this.asked) return;
    this.checking = false;
    if (found) this.checked = found;
    this.changed();
  }

  #place() {
    return `care-rules:${this.me.user}:${this.open.id}`;
  }

  #keep() {
    const kept = { revision: this.base, body: this.body, at: new Date().toISOString() };
    try {
      this.storage.setItem(this.#place(), JSON.stringify(kept));
    } catch {
      this.say(false, "This browser keeps no more: save before you leave the page.");
    }
  }

  #kept() {
    try {
      const kept = JSON.parse(this.storage.getItem(this.#place()) ?? "null");
      return kept?.body?.rules ? kept : null;
    } catch {
      return null;
    }
  }
}

/** @type {Record<string, string>} */
const DONE = {
  submit: "Submitted: a second person reads and approves it now",
  approve: "Approved",
  "send-back": "Sent back to be changed",
  retire: "Retired",
  "roll-back": "Rolled back: the version before it decides again",
};

/** @param {any} kept @param {any} found */
function keptWords(kept, found) {
  if (kept.revision === found.revision) return "What you had typed and not saved is here again.";
  const who = found.edited_by?.name ?? "Somebody";
  return `What you had typed is here again, but ${who} saved since. Save over theirs, or drop yours and look at theirs.`;
}
