// @ts-check
/** What every part of the console shares: it shows the one state, in the page itself, and keeps its elapsed times true. */

import { LitElement } from "../../vendor/lit.js";
import { app } from "../app.js";
import { elapsed } from "../clock.js";
import { MARK, lateness } from "../timers.js";

/** What was focused last. @type {Element | null} */
let focused = null;
addEventListener("focusin", ({ target }) => (focused = /** @type {Element} */ (target)));

export class Part extends LitElement {
  constructor() {
    super();
    this.app = app;
    /** @type {() => void} */
    this.off = () => {};
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.off = app.on(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.off();
  }

  updated() {
    paintTimes(this, app.clock.now());
    if (!focused?.isConnected && focused && document.activeElement === document.body) {
      focused = null;
      this.focusGone();
    }
  }

  /** What had the focus is not there any more: the keys go back to the command line. */
  focusGone() {
    this.app.toLine();
  }

  /** @param {string} selector */
  focusOn(selector) {
    const found = /** @type {HTMLElement | null} */ (this.querySelector(selector));
    found?.focus();
    return found;
  }
}

const DOUBLE_MS = 500;
let clicked = { at: -DOUBLE_MS, x: 0, y: 0 };

/** The second click of a double click: what it hits may have moved up under the pointer. The browser counts it as a first
 * one then, so that time and place decide. @param {MouseEvent} event */
export function again({ timeStamp, clientX: x, clientY: y, detail }) {
  const twice = detail > 0 && timeStamp - clicked.at < DOUBLE_MS && Math.hypot(x - clicked.x, y - clicked.y) < 4;
  clicked = { at: timeStamp, x, y };
  return twice;
}

/** For a list that acts when something is chosen: keys open it, instead of choosing blindly what comes next.
 * @param {KeyboardEvent} event */
export function opensFirst(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !(event.key.length === 1 || /^(Arrow|Page|Home|End)/.test(event.key))) return;
  event.preventDefault();
  /** @type {HTMLSelectElement} */ (event.target).showPicker();
}

/** Write how long ago each `data-since` in here was; late ones are marked by glyph and colour.
 * @param {ParentNode} root @param {number} now */
export function paintTimes(root, now) {
  for (const cell of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-since]"))) {
    const { since = "", limit = "", said = "" } = cell.dataset;
    const waited = now - Date.parse(since);
    const late = /** @type {import("../timers.js").Lateness} */ (said || (since && limit ? lateness(limit, waited / 1000) : ""));
    const text = since ? `${MARK[late]}${elapsed(waited)}` : "";
    if (cell.textContent !== text) cell.textContent = text;
    if ((cell.dataset.late ?? "") !== late) cell.dataset.late = late;
  }
}
