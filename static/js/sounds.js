// @ts-check
/** Short tones made on the spot; a browser plays none before somebody has touched the page, and the bar says so. */

/** @type {Record<string, [number, number][]>} frequency in hertz, seconds */
const TONES = {
  call: [[660, 0.12], [880, 0.16]],
  alert: [[880, 0.14], [587, 0.2]],
  tick: [[1200, 0.03]],
  emergency: [[988, 0.25], [740, 0.25], [988, 0.25], [740, 0.25]],
};
const VOLUME = 0.12;
/** An emergency is heard whatever is set, until it is acknowledged. */
const EMERGENCY_VOLUME = 0.3;
const EMERGENCY_EVERY_MS = 3000;

export class Sounds {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {AudioContext | null} */
    this.audio = null;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.alarmed = undefined;
    this.on = localStorage.getItem("care-sound") !== "off";
    const wake = () => this.#wake();
    addEventListener("keydown", wake, { once: true });
    addEventListener("pointerdown", wake, { once: true });
  }

  get blocked() {
    return (this.on || this.alarmed !== undefined) && this.audio?.state !== "running";
  }

  toggle() {
    this.on = !this.on;
    localStorage.setItem("care-sound", this.on ? "on" : "off");
    this.#wake();
    this.play("tick");
  }

  /** @param {keyof typeof TONES} name */
  play(name) {
    const audio = this.audio;
    const emergency = name === "emergency";
    if ((!this.on && !emergency) || !audio || audio.state !== "running") return;
    let at = audio.currentTime;
    for (const [frequency, length] of TONES[name]) {
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      tone.frequency.value = frequency;
      gain.gain.setValueAtTime(emergency ? EMERGENCY_VOLUME : VOLUME, at);
      gain.gain.exponentialRampToValueAtTime(0.001, at + length);
      tone.connect(gain).connect(audio.destination);
      tone.start(at);
      tone.stop(at + length);
      at += length;
    }
  }

  /** @param {boolean} there an emergency nobody has acknowledged */
  alarm(there) {
    if (there === (this.alarmed !== undefined)) return;
    clearInterval(this.alarmed);
    this.alarmed = there ? setInterval(() => this.play("emergency"), EMERGENCY_EVERY_MS) : undefined;
    if (there) this.play("emergency");
    this.changed();
  }

  async #wake() {
    try {
      this.audio ??= new AudioContext();
      await this.audio.resume();
    } catch {
      this.audio = null; // no sound device: everything is on the screen as well
    }
    this.changed();
  }
}
