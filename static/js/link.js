// @ts-check
/** The live link: ticket, socket, hello; a gap asks again; silence is said aloud and bridged by asking over HTTP. */

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {"starting" | "live" | "polling" | "down" | "out"} State */
/**
 * @typedef {object} Means how the link reaches the server; tests bring their own
 * @property {() => Promise<{ticket: string, epoch: string}>} ticket throws an error with `status`
 * @property {(ticket: string, epoch: string, since: number) => Promise<{messages: any[]}>} poll
 * @property {() => WebSocket} open
 * @property {() => number} [random]
 */

export const SILENCE_MS = 12_000;
const POLL_MS = 2000;
const POLL_SLOW_MS = 5000;
const POLL_SLOW_AFTER_MS = 60_000;
const FIRST_WAIT_MS = 400;
const MOST_WAIT_MS = 8000;
const AHEAD_MS = 2000;
const SIGNED_OUT = 4401;
const FORBIDDEN = 4403;
const FELL_BEHIND = 4408;

export class Link {
  /** @param {Store} store @param {Clock} clock @param {Means} means @param {(link: Link) => void} changed */
  constructor(store, clock, means, changed) {
    this.store = store;
    this.clock = clock;
    this.means = means;
    this.changed = changed;
    this.random = means.random ?? Math.random;
    /** @type {State} */
    this.state = "starting";
    /** Local milliseconds when the server was last heard. */
    this.heardAt = 0;
    /** Local milliseconds since when this console is not live; 0 while it is. */
    this.notLiveSince = 0;
    this.tries = 0;
    this.ticket = "";
    /** @type {WebSocket | null} */
    this.socket = null;
    this.aheadSince = 0;
    /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
    this.timers = {};
  }

  /** Whether what the board shows is fresh, by whichever way. */
  get fresh() {
    return this.state === "live" || this.state === "polling";
  }

  start() {
    this.#later("watch", 1000, () => this.#watch());
    return this.#connect();
  }

  stop() {
    for (const name of Object.keys(this.timers)) this.#cancel(name);
    this.#drop();
  }

  /** After a new sign-in. */
  again() {
    this.stop();
    this.tries = 0;
    this.ticket = "";
    this.state = "down";
    return this.start();
  }

  async #connect() {
    this.#cancel("retry");
    this.tries += 1;
    try {
      this.ticket = (await this.means.ticket()).ticket;
    } catch (error) {
      this.#lost(/** @type {any} */ (error)?.status);
      return;
    }
    if (this.state === "out") return;
    this.#drop();
    let socket;
    try {
      socket = this.means.open();
    } catch {
      this.#lost();
      return;
    }
    this.socket = socket;
    this.#later("silence", SILENCE_MS, () => this.#silent());
    socket.onopen = () => this.#say({ type: "hello", ticket: this.ticket, ...this.#place() });
    socket.onmessage = (event) => {
      if (socket === this.socket) this.#hear(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.#drop();
      if (event.code === SIGNED_OUT) this.#lost(401);
      else if (event.code === FORBIDDEN) this.#lost(403);
      else if (event.code === FELL_BEHIND) this.#connect();
      else this.#lost();
    };
  }

  #place() {
    return this.store.to < 0 ? { epoch: null, seq: null } : { epoch: this.store.epoch, seq: this.store.to };
  }

  /** @param {any} message */
  #say(message) {
    try {
      this.socket?.send(JSON.stringify(message));
    } catch {
      // Its close will come.
    }
  }

  /** @param {any} message */
  #hear(message) {
    this.#later("silence", SILENCE_MS, () => this.#silent());
    this.tries = 0;
    this.#take(message);
    this.#enter("live");
  }

  /** One message, whichever way it came. @param {any} message */
  #take(message) {
    this.heardAt = this.clock.local();
    if (message.type === "snapshot") {
      this.aheadSince = 0;
      this.store.begin(message);
    } else if (message.type === "frame") {
      if (this.store.apply(message) === "gap") this.#resync();
    } else if (message.type === "positions") {
      this.store.place(message.units);
    } else if (message.type === "beat") {
      if (message.ticket) this.ticket = message.ticket;
      if (message.at) this.clock.heard(message.at);
      this.#compare(message.to);
    }
  }

  /** A beat that stays ahead of the board means that a frame was lost. @param {number} to */
  #compare(to) {
    if (to <= this.store.to) {
      this.aheadSince = 0;
    } else if (!this.aheadSince) {
      this.aheadSince = this.clock.local();
      this.#later("ahead", AHEAD_MS, () => this.aheadSince && this.#resync());
    }
  }

  #resync() {
    this.aheadSince = 0;
    this.#say({ type: "resync", ...this.#place() });
  }

  /** @param {number} [status] why there is no socket: 401 and 403 ask for a person, anything else for patience */
  #lost(status) {
    this.#drop();
    if (status === 401 || status === 403) {
      this.#cancel("retry");
      this.#cancel("poll");
      this.#enter("out");
      return;
    }
    if (this.state === "live" || this.state === "starting") this.#enter("down");
    const most = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries);
    this.#later("retry", this.random() * most, () => this.#connect());
    if (!this.timers.poll) this.#pollSoon();
  }

  #silent() {
    this.#drop();
    this.#lost();
  }

  #drop() {
    const socket = this.socket;
    this.socket = null;
    this.#cancel("silence");
    if (!socket) return;
    try {
      socket.close();
    } catch {
      // It never opened.
    }
  }

  #pollSoon() {
    const away = this.clock.local() - (this.notLiveSince || this.clock.local());
    const pause = away > POLL_SLOW_AFTER_MS ? POLL_SLOW_MS : POLL_MS;
    this.#later("poll", pause * (0.8 + 0.4 * this.random()), () => this.#poll());
  }

  async #poll() {
    this.timers.poll = undefined;
    if (this.state === "live" || this.state === "out") return;
    try {
      if (!this.ticket) this.ticket = (await this.means.ticket()).ticket;
      const { messages } = await this.means.poll(this.ticket, this.store.epoch, this.store.to);
      if (/** @type {State} */ (this.state) !== "live") {
        for (const message of messages) this.#take(message);
        // Without a beat the server cannot read its log: what it sends may be old.
        if (messages.some(({ type }) => type === "beat")) this.#enter("polling");
      }
    } catch (error) {
      const status = /** @type {any} */ (error)?.status;
      if (status === 401) this.ticket = "";
      if (status === 403) return this.#lost(403);
    }
    if (/** @type {State} */ (this.state) !== "live" && !this.timers.poll) this.#pollSoon();
  }

  /** Every second: polling that has gone silent is down as well. */
  #watch() {
    if (this.state === "polling" && this.clock.local() - this.heardAt > SILENCE_MS) this.#enter("down");
    this.#later("watch", 1000, () => this.#watch());
  }

  /** @param {State} state */
  #enter(state) {
    if (state === "live") {
      this.#cancel("poll");
      this.#cancel("retry");
      this.notLiveSince = 0;
    } else if (!this.notLiveSince) {
      this.notLiveSince = this.heardAt || this.clock.local();
    }
    if (this.state === state) return;
    this.state = state;
    this.changed(this);
  }

  /** @param {string} name @param {number} wait @param {() => void} task */
  #later(name, wait, task) {
    this.#cancel(name);
    this.timers[name] = setTimeout(() => {
      this.timers[name] = undefined;
      task();
    }, wait);
  }

  /** @param {string} name */
  #cancel(name) {
    clearTimeout(this.timers[name]);
    this.timers[name] = undefined;
  }
}
