// @ts-check
/** Where: what the gazetteer has is offered while somebody types; what was typed stays unless an offer is chosen. */

import { html, live, nothing } from "../../vendor/lit.js";
import { read } from "../api.js";
import { Part } from "./part.js";

const SETTLE_MS = 200;
const SHORTEST = 3;

class Place extends Part {
  static properties = { value: { attribute: false }, found: { state: true }, at: { state: true }, shown: { state: true } };

  constructor() {
    super();
    this.value = "";
    /** Takes what was typed or chosen. @type {(value: string) => void} */
    this.set = () => {};
    /** The answer of GET /api/places/. @type {{places: any[], verified: boolean | null, label: string} | null} */
    this.found = null;
    /** The offer the arrows stand on; -1: none, Enter is not for the list. */
    this.at = -1;
    this.shown = false;
    this.asked = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  firstUpdated() {
    if (this.value) this.#look();
  }

  get offers() {
    return this.shown ? (this.found?.places ?? []) : [];
  }

  render() {
    const { offers, at } = this;
    return html`<label>Location <span class="second">needed</span>
      <input name="location" autocomplete="off" maxlength="300" aria-required="true" role="combobox" aria-autocomplete="list" aria-controls="places"
        aria-expanded=${offers.length > 0} aria-activedescendant=${at >= 0 ? `place-${at}` : nothing} .value=${live(this.value)}
        @input=${(/** @type {any} */ event) => this.#typed(event.target.value)} @keydown=${this.#key} @blur=${() => (this.shown = false)}></label>
      <ul id="places" class="places" role="listbox" aria-label="Places that may be meant" ?hidden=${!offers.length}>${offers.map((place, index) => html`<li
        id=${`place-${index}`} role="option" aria-selected=${index === at} @pointerdown=${(/** @type {Event} */ event) => this.#choose(event, place)}>
        ${place.exact ? "✓" : "≈"} <b><bdi>${place.label}</bdi></b> <span class="second">${place.detail}</span></li>`)}</ul>
      ${this.#mark()}`;
  }

  /** Whether dispatch knows this place, in words. */
  #mark() {
    const { found, value } = this;
    if (!found || value.trim().length < SHORTEST || found.verified === null) return nothing;
    if (found.verified) return html`<span class="second" data-verified>✓ in the gazetteer: <bdi>${found.label}</bdi></span>`;
    const exact = found.places.filter((place) => place.exact).length;
    return html`<span class="enrt" data-verified>△ ${exact > 1 ? `${exact} places fit: ask which` : "not in the gazetteer; it is taken as typed"}</span>`;
  }

  /** @param {string} value */
  #typed(value) {
    this.set(value);
    this.at = -1;
    this.shown = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#look(), SETTLE_MS);
  }

  async #look() {
    const asked = (this.asked += 1);
    const typed = this.value.trim();
    if (typed.length < SHORTEST) {
      this.found = null;
      return;
    }
    try {
      const found = await read(`/api/places/?q=${encodeURIComponent(typed)}`);
      if (asked !== this.asked) return;
      this.found = found;
      this.at = -1; // another list: what the arrows stood on is not there any more
    } catch {
      if (asked === this.asked) this.found = null; // the call is taken without it
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { offers } = this;
    if (!offers.length || event.ctrlKey) return;
    const step = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 })[event.key];
    if (step) {
      event.preventDefault();
      this.at = Math.max(-1, Math.min(offers.length - 1, this.at + step));
    } else if (event.key === "Enter" && this.at >= 0) this.#choose(event, offers[this.at]);
    else if (event.key === "Escape") {
      event.stopPropagation();
      this.shown = false;
    }
  }

  /** @param {Event} event @param {any} place */
  #choose(event, place) {
    event.preventDefault();
    this.set(place.label);
    this.value = place.label;
    this.shown = false;
    this.#look();
  }
}

customElements.define("care-place", Place);
