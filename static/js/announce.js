// @ts-check
/** What is said to those who listen instead of looking: results at once, news at most every three seconds. */

import { rank } from "./words.js";

const EVERY_MS = 3000;

export class Announcer {
  constructor() {
    /** @type {string[]} */
    this.polite = [];
    /** @type {any[]} */
    this.calls = [];
    /** @type {Set<string>} */
    this.known = new Set();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {string} key */
  knows(key) {
    return this.known.has(key);
  }

  /** @param {string} key */
  learn(key) {
    this.known.add(key);
  }

  /** @param {string} key */
  forget(key) {
    this.known.delete(key);
  }

  /** @param {string} text @param {boolean} urgent */
  say(text, urgent) {
    if (urgent) {
      this.#speak("said-now", text);
      return;
    }
    this.polite.push(text);
    this.timer ??= setTimeout(() => this.#flush(), this.polite.length > 1 ? EVERY_MS : 100);
  }

  /** @param {any} card */
  newCall(card) {
    this.calls.push(card);
    this.timer ??= setTimeout(() => this.#flush(), EVERY_MS);
  }

  #flush() {
    this.timer = undefined;
    const news = this.polite.splice(0);
    const calls = this.calls.splice(0).sort((a, b) => rank(a.priority) - rank(b.priority));
    if (calls.length === 1) news.push(`New call ${calls[0].number}, priority ${calls[0].priority}, ${calls[0].nature}`);
    else if (calls.length) news.push(`${calls.length} new calls, highest priority ${calls[0].priority}, ${calls[0].nature}`);
    if (news.length) this.#speak("said", news.join(". "));
  }

  /** @param {string} place @param {string} text */
  #speak(place, text) {
    const region = document.getElementById(place);
    if (!region) return;
    // The same words twice are two messages: a changed node is what is read.
    const line = document.createElement("span");
    line.textContent = text;
    region.replaceChildren(line);
  }
}
