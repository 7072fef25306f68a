// @ts-check
/** Delivery receipts: which new calls and alerts this console has shown, said once in a while and by one console only. */

import { post } from "./api.js";

/** @typedef {import("./store.js").Store} Store */

const SOONEST_MS = 250;
const SPREAD_MS = 750;
const AGAIN_MS = 4000;
const MOST = 200;

export class Seen {
  /** @param {Store} store @param {(body: {calls: number[], alerts: number[]}) => Promise<any>} post
   * @param {() => boolean} shown whether somebody can see the board now @param {() => number} [random] */
  constructor(store, post, shown, random = Math.random) {
    this.store = store;
    this.post = post;
    this.shown = shown;
    this.random = random;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** The board has changed, or is seen again: what nobody has reported yet is reported a moment later, so that of many
   * consoles that show it the first speaks for all. */
  look() {
    if (this.timer === undefined && this.#unseen()) this.#later(SOONEST_MS + this.random() * SPREAD_MS);
  }

  #unseen() {
    if (!this.shown()) return null;
    /** @param {string} type */
    const ids = (type) => this.store.all(type).filter((card) => card.seen_at === null).map(({ id }) => id).slice(0, MOST);
    const body = { calls: ids("call"), alerts: ids("alert") };
    return body.calls.length || body.alerts.length ? body : null;
  }

  /** @param {number} wait */
  #later(wait) {
    this.timer = setTimeout(async () => {
      const body = this.#unseen();
      try {
        if (body) await this.post(body);
        this.timer = undefined;
      } catch {
        this.#later(AGAIN_MS); // no receipt: the supervisor hears of the call, which is right
      }
    }, wait);
  }
}

/** Report for this console, while somebody who covers the center can see it. @param {import("./app.js").App} app */
export function reportSeen(app) {
  const covers = () => app.me?.tier === "dispatch" && app.link.fresh && document.visibilityState === "visible";
  const seen = new Seen(app.store, (body) => post("/api/seen/", body), covers);
  app.on(() => seen.look());
  document.addEventListener("visibilitychange", () => seen.look());
  seen.look();
}
