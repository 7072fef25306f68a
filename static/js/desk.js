// @ts-check
/** The open call: its whole content fetched anew whenever its card says that something changed. */

import { Refused, change, post, read } from "./api.js";

const SETTLE_MS = 60;

export class CallDesk {
  /** @param {import("./app.js").App} app @param {typeof change} send */
  constructor(app, send = change) {
    this.app = app;
    this.send = send;
    /** @type {number | null} */
    this.openId = null;
    /** @type {any} the answer of GET /api/calls/<id>/ */
    this.detail = null;
    this.problem = "";
    /** A refused change: what was asked for, on which version, and each clash with both values. @type {any} */
    this.conflict = null;
    /** What this console set itself, "call:field" with its number in the log: the board may not have heard of it yet.
     * @type {Map<string, number>} */
    this.mine = new Map();
    /** @type {AbortController | null} */
    this.loading = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** The live card while the call is open, else what was fetched. */
  get card() {
    return this.app.store.get("call", this.openId) ?? (this.detail?.id === this.openId ? this.detail : undefined);
  }

  /** @param {number} id */
  open(id) {
    if (this.openId !== id) {
      this.openId = id;
      this.detail = null;
      this.problem = "";
      this.conflict = null;
    }
    this.refresh(0);
  }

  /** @param {Set<string>} keys */
  boardChanged(keys) {
    if (this.openId !== null && keys.has(`call:${this.openId}`)) this.refresh();
  }

  /** @param {number} wait several changes in a row are one fetch */
  refresh(wait = SETTLE_MS) {
    if (this.openId === null) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#load(), wait);
  }

  async #load() {
    const id = this.openId;
    this.loading?.abort();
    const loading = (this.loading = new AbortController());
    try {
      const detail = await read(`/api/calls/${id}/`, loading.signal);
      if (this.openId !== id || loading.signal.aborted) return;
      this.detail = detail;
      this.problem = "";
    } catch (error) {
      if (loading.signal.aborted) return;
      this.problem = /** @type {Error} */ (error).message;
    }
    this.app.changed();
  }

  /** Change fields based on what is shown. A conflict is kept for the screen, with both values.
   * @param {number} id @param {Record<string, any>} fields @param {number} [version] */
  async patch(id, fields, version) {
    const base = version ?? this.app.store.get("call", id)?.version ?? this.detail?.version;
    const names = Object.keys(fields).map((field) => `${id}:${field}`);
    const known = Math.min(...names.map((name) => Math.max(base, this.mine.get(name) ?? 0)));
    try {
      const { seq } = await this.send("PATCH", `/api/calls/${id}/`, fields, { version: known });
      for (const name of names) this.mine.set(name, seq);
      this.conflict = null;
    } catch (error) {
      if (error instanceof Refused && error.code === "same_field_changed") {
        this.conflict = { id, fields, base, clashes: error.data.fields };
        this.app.changed();
      }
      throw error;
    }
  }

  /** Take what the other person set, and change the rest of what was asked for: it was no part of the conflict.
   * @returns {Promise<string[]>} the fields that were changed */
  async keepTheirs() {
    const { id, fields, clashes, base } = this.conflict;
    const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !(name in clashes)));
    if (Object.keys(rest).length) await this.patch(id, rest, base);
    this.conflict = null;
    return Object.keys(rest);
  }

  /** Say again what was refused, now knowing what the other person set. */
  async insist() {
    const { id, fields } = this.conflict;
    const fresh = await read(`/api/calls/${id}/`);
    await this.patch(id, fields, fresh.version);
  }

  /** @param {number} id @param {string} fact @param {any} value */
  answer(id, fact, value) {
    return post(`/api/calls/${id}/facts/`, { facts: { [fact]: value } });
  }
}
