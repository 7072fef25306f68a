// @ts-check
/** Server time on this screen, and one tick a second that touches nothing but the elapsed cells. */

const MAX_SAMPLES = 8;

export class Clock {
  /** @param {() => number} now milliseconds of this computer */
  constructor(now = () => Date.now()) {
    this.local = now;
    /** Milliseconds to add to this computer's time; the largest recent sample waited the least on its way.
     * @type {number[]} */
    this.samples = [];
    /** @type {Set<(at: number) => void>} */
    this.listeners = new Set();
    this.timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  }

  /** A server time that has just arrived.
   * @param {string} iso */
  heard(iso) {
    const at = Date.parse(iso);
    if (Number.isNaN(at)) return;
    this.samples.push(at - this.local());
    if (this.samples.length > MAX_SAMPLES) this.samples.shift();
  }

  /** Milliseconds this computer is behind the server. */
  get offset() {
    return this.samples.length ? Math.max(...this.samples) : 0;
  }

  /** Server time in milliseconds since 1970. */
  now() {
    return this.local() + this.offset;
  }

  /** @param {(at: number) => void} listener */
  everySecond(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start() {
    const tick = () => {
      const now = this.now();
      for (const listener of [...this.listeners]) listener(now);
      this.timer = setTimeout(tick, 1000 - (this.now() % 1000));
    };
    tick();
  }

  stop() {
    clearTimeout(this.timer);
  }
}

/** 0:48, 21:02, 1:05:09.
 * @param {number} milliseconds */
export function elapsed(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A function that writes a moment as hh:mm:ss in the center's own time zone.
 * @param {string} zone @returns {(moment: string | number | null | undefined) => string} */
export function wallClock(zone) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return (moment) => (moment === null || moment === undefined || moment === "" ? "" : format.format(new Date(moment)));
}
