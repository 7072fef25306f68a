// @ts-check
/** The earlier calls of the open call's place: asked for when it opens and when it moves, and never an answer for another. */

import { read } from "./api.js";

export class Premise {
  /** @param {() => void} changed @param {typeof read} ask */
  constructor(changed, ask = read) {
    this.changed = changed;
    this.ask = ask;
    /** The answer of GET /api/calls/<id>/premise/. @type {any} */
    this.found = null;
    this.problem = "";
    this.of = "";
  }

  /** @param {{id: number, location: string, location_detail: string}} card */
  async look({ id, location, location_detail: detail }) {
    const of = JSON.stringify([id, location, detail]);
    if (of === this.of) return;
    [this.of, this.found, this.problem] = [of, null, ""];
    let found = null;
    let problem = "";
    try {
      found = await this.ask(`/api/calls/${id}/premise/`);
    } catch (error) {
      problem = /** @type {Error} */ (error).message;
    }
    if (of !== this.of) return;
    [this.found, this.problem] = [found, problem];
    this.changed();
  }

  /** Ask again after it failed. @param {any} card */
  again(card) {
    this.of = "";
    return this.look(card);
  }
}
