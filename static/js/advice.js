// @ts-check
/** Whom the server recommends for the open call: asked anew when the call or a unit changes, shown with every reason. */

import { read } from "./api.js";

const SETTLE_MS = 150;

/** @typedef {{units: any[], why: string[], missing: string[], alone: boolean, words: string, lacks: string[]}} Choice */

export class Advice {
  /** @param {import("./app.js").App} app @param {typeof read} ask */
  constructor(app, ask = read) {
    this.app = app;
    this.ask = ask;
    /** The answer of GET /api/calls/<id>/recommendation/. @type {any} */
    this.found = null;
    this.problem = "";
    /** The board has moved since it was asked. */ this.stale = false;
    /** @type {number | null} */
    this.callId = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {AbortController | null} */
    this.loading = null;
    /** @type {Promise<void>} */
    this.asked = Promise.resolve();
  }

  /** @param {number} id */
  open(id) {
    if (this.callId !== id) [this.callId, this.found, this.problem] = [id, null, ""];
    this.#again();
  }

  /** @param {Set<string>} keys */
  boardChanged(keys) {
    const { callId } = this;
    if (callId === null || ![...keys].some((key) => key === `call:${callId}` || key.startsWith("unit:"))) return;
    clearTimeout(this.timer);
    this.stale = true;
    this.timer = setTimeout(() => this.#again(), SETTLE_MS);
  }

  #again() {
    clearTimeout(this.timer);
    this.stale = false;
    this.asked = this.#load();
  }

  async #load() {
    const { callId } = this;
    if (callId === null || !this.app.store.get("call", callId)) return;
    this.loading?.abort();
    const loading = (this.loading = new AbortController());
    try {
      const found = await this.ask(`/api/calls/${callId}/recommendation/`, loading.signal);
      if (loading.signal.aborted) return;
      [this.found, this.problem] = [found, ""];
    } catch (error) {
      if (loading.signal.aborted) return;
      [this.found, this.problem] = [null, /** @type {Error} */ (error).message];
    }
    this.app.changed();
  }

  /** Best first; empty while nothing is known. @param {number} id @returns {Choice[]} */
  of(id) {
    if (this.found?.call_id !== id) return [];
    return this.found.teams.map((/** @type {any} */ team) => ({
      units: team.picks.map((/** @type {any} */ pick) => this.app.unit(pick.callsign) ?? pick),
      why: team.picks.map(reasons),
      missing: Object.keys(this.found.unfilled),
      alone: team.alone,
      words: team.words,
      lacks: team.lacks,
    }));
  }

  /** The first recommendation as it stands on the screen; nothing while it is asked anew. @param {number | undefined} id @returns {string[]} */
  shown(id) {
    return this.found?.call_id === id && !this.stale ? (this.found.teams[0]?.picks ?? []).map((/** @type {any} */ pick) => pick.callsign) : [];
  }

  /** The same once the answer is there. @param {number} id */
  async now(id) {
    if (this.callId !== id) this.open(id);
    else if (this.stale) this.#again();
    await this.asked;
    return this.of(id);
  }
}

/** P102 4 min est., CIT, shift ends in 20 min. @param {any} pick */
function reasons(pick) {
  const travel = pick.eta_seconds === null || pick.eta_method === "phone" ? [] : [`${Math.max(1, Math.round(pick.eta_seconds / 60))} min${pick.eta_method === "estimate" ? " est." : ""}`];
  return `${pick.callsign} ${[...travel, ...pick.terms.map((/** @type {any} */ term) => term.words)].join(", ")}`.trim();
}
