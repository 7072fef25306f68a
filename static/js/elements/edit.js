// @ts-check
/** Change what a call is and where; when somebody changed the same field meanwhile, both values are shown and one is chosen. */

import { html, nothing } from "../../vendor/lit.js";
import { valueWords } from "../words.js";
import { Part } from "./part.js";

const TEXT = [["nature", "Nature"], ["location", "Location"], ["location_detail", "Apartment, floor, landmark"]];

class Edit extends Part {
  static properties = { done: { attribute: false } };

  constructor() {
    super();
    this.done = () => {};
    /** What was on the screen when editing began: only what differs is sent. @type {any} */
    this.base = null;
  }

  render() {
    const { card, conflict } = this.app.desk;
    this.base ??= card;
    const { base } = this;
    return html`<form class="panel edit" @submit=${this.#save}>
      ${TEXT.map(([name, label]) => html`<label>${label} <input name=${name} value=${base[name]} maxlength="300" autocomplete="off"></label>`)}
      <label>Priority <select name="priority">${["P", "1", "2", "3", "4"].map(
        (value) => html`<option value=${value} ?selected=${value === base.priority}>${value}</option>`)}</select></label>
      <label>City <select name="jurisdiction"><option value="">not known</option>${(this.app.vocabulary?.agencies ?? [])
        .filter((/** @type {any} */ agency) => ["police", "partner"].includes(agency.kind))
        .map((/** @type {any} */ agency) => html`<option value=${agency.code} ?selected=${agency.code === base.jurisdiction?.code}>${agency.name}</option>`)}</select></label>
      <label class="check"><input type="checkbox" name="location_confirmed" ?checked=${base.location_confirmed}> Address confirmed</label>
      <p><button class="go">Save</button> <button type="button" @click=${() => this.done()}>Close</button></p>
      ${conflict?.id === base.id ? this.#conflict(conflict) : nothing}
    </form>`;
  }

  /** @param {any} conflict */
  #conflict(conflict) {
    return html`<div class="conflict" role="alert">
      ${Object.entries(conflict.clashes ?? {}).map(([field, clash]) => html`<p>
        ${valueWords(field)}: ${/** @type {any} */ (clash).position || /** @type {any} */ (clash).by} set
        <b>${String(/** @type {any} */ (clash).theirs)}</b> at ${this.app.time(/** @type {any} */ (clash).at)}; you chose <b>${String(/** @type {any} */ (clash).yours)}</b>.</p>`)}
      <button type="button" @click=${this.#keep}>Keep theirs</button>
      <button type="button" @click=${this.#insist}>Set mine (it is logged)</button>
    </div>`;
  }

  async #keep() {
    const done = await this.app.attempt(async () => {
      const changed = await this.app.desk.keepTheirs();
      return `Theirs is kept${changed.length ? `; changed: ${changed.map(valueWords).join(", ")}` : ""}`;
    });
    if (done) this.done();
  }

  async #insist() {
    const done = await this.app.attempt(async () => {
      await this.app.desk.insist();
      return "Changed";
    });
    if (done) this.done();
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const { base } = this;
    /** @type {Record<string, any>} */
    const changed = {};
    for (const name of ["nature", "location", "location_detail", "priority"]) {
      if (String(form.get(name)).trim() !== base[name]) changed[name] = String(form.get(name)).trim();
    }
    const city = form.get("jurisdiction");
    if (city && city !== base.jurisdiction?.code) changed.jurisdiction = city;
    if (form.has("location_confirmed") !== base.location_confirmed) changed.location_confirmed = form.has("location_confirmed");
    if (!Object.keys(changed).length) return this.done();
    const done = await this.app.attempt(async () => {
      await this.app.desk.patch(base.id, changed, base.version);
      return `Call ${base.number} changed: ${Object.keys(changed).map(valueWords).join(", ")}`;
    });
    if (done) this.done();
  }
}

customElements.define("care-edit", Edit);
