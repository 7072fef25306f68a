// @ts-check
/** What every part of the rules' pages shares: it shows the one book, in the page itself. */

import { LitElement } from "../../vendor/lit.js";
import { RuleBook } from "./book.js";

/** @type {Set<() => void>} */
const listeners = new Set();
export const book = new RuleBook(localStorage, () => listeners.forEach((listener) => listener()));

export class Leaf extends LitElement {
  constructor() {
    super();
    this.book = book;
    this.wake = () => this.requestUpdate();
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    listeners.add(this.wake);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    listeners.delete(this.wake);
  }
}

/** A moment as people at this center's desk say it. @param {string | null} iso */
export function when(iso) {
  if (!iso) return "";
  const zone = book.me?.center?.time_zone;
  return new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short", timeZone: zone, hour12: false }).format(new Date(iso));
}
