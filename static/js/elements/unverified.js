// @ts-check
/** Calls whose place the gazetteer does not know: looked up again, or a place like it taken instead, with one key each. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { post, read } from "../api.js";
import { CALL_STATUS } from "../words.js";
import { Part } from "./part.js";

const REFRESH_MS = 15_000;

class Unverified extends Part {
  static properties = { calls: { state: true }, problem: { state: true }, looked: { state: true } };

  constructor() {
    super();
    /** @type {any[] | null} */
    this.calls = null;
    this.count = 0;
    this.problem = "";
    /** Places like that of the one call somebody looks at. @type {{id: number, location: string, places: any[]} | null} */
    this.looked = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#load();
    this.timer = setInterval(() => this.#load(), REFRESH_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  async #load() {
    try {
      ({ calls: this.calls, count: this.count } = await read("/api/unverified/"));
      this.problem = "";
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
  }

  render() {
    const calls = this.calls ?? [];
    return html`<h2>Addresses not verified ${this.count}</h2>
      ${this.problem ? html`<p class="alarm" role="status">${this.problem}</p>` : nothing}
      <p class="second">${this.calls && !calls.length ? "Every address of the last day is in the gazetteer, or there is none to look in." : "Open calls first, then the last day's."}
        ${this.count > calls.length ? `The first ${calls.length} are shown.` : nothing}</p>
      <ul class="owed">${repeat(calls, (call) => call.id, (call) => html`<li data-unverified=${call.id}>
        <button type="button" class="plain" @click=${() => this.app.openCall(call.id)}>${call.number}<span class="heard"> open call</span></button>
        <span class=${CALL_STATUS[call.status].tone}>${CALL_STATUS[call.status].glyph} ${CALL_STATUS[call.status].code}</span>
        <bdi>${call.nature}</bdi> · <b><bdi>${call.location}${call.location_detail ? `, ${call.location_detail}` : ""}</bdi></b>
        <button type="button" @click=${() => this.#verify(call)}>verify again<span class="heard"> call ${call.number}</span></button>
        <button type="button" aria-expanded=${this.looked?.id === call.id} @click=${() => this.#look(call)}>places like it<span class="heard"> call ${call.number}</span></button>
        ${this.looked?.id === call.id ? this.#places(call) : nothing}</li>`)}</ul>
      <button type="button" @click=${() => this.app.showCall()}>Back to the call</button>`;
  }

  /** @param {any} call */
  #places(call) {
    const places = this.looked?.places ?? [];
    if (!places.length) return html`<p class="second" role="status">Nothing in the gazetteer is like it. Open the call and say it in other words.</p>`;
    return html`<ul aria-label=${`Places like that of call ${call.number}`}>${places.map((place) => html`<li>
      <button type="button" @click=${() => this.#pick(call, place)}>${place.exact ? "✓" : "≈"} <bdi>${place.label}</bdi></button> <span class="second">${place.detail}</span></li>`)}</ul>`;
  }

  /** @param {any} call */
  async #look(call) {
    if (this.looked?.id === call.id) {
      this.looked = null;
      return;
    }
    await this.app.attempt(async () => {
      const { places } = await read(`/api/places/?q=${encodeURIComponent(call.location)}`);
      this.looked = { id: call.id, location: call.location, places };
      return `${places.length} places like ${call.location}`;
    });
  }

  /** @param {any} call */
  async #verify(call) {
    await this.app.attempt(async () => {
      const { verified } = await post(`/api/calls/${call.id}/verify-place/`);
      return `Call ${call.number}: ${call.location} is ${verified ? "in the gazetteer" : "still not in the gazetteer; take a place like it, or open the call"}`;
    });
    await this.#load();
  }

  /** The apartment that was said behind the old words stays. @param {any} call @param {any} place */
  async #pick(call, place) {
    await this.app.attempt(async () => {
      const unit = call.unit && !call.location_detail ? { location_detail: `Apt ${call.unit}` } : {};
      await this.app.desk.patch(call.id, { location: place.label, ...unit }, call.version);
      this.looked = null;
      return `Call ${call.number} is at ${place.label}`;
    });
    await this.#load();
  }
}

customElements.define("care-unverified", Unverified);
