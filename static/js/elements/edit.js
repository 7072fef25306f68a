// @ts-check
/** Change what a call is and where; when somebody changed the same field meanwhile, both values are shown and one is chosen. */

import { html, nothing } from "../../vendor/lit.js";
import { editForm } from "../drafts.js";
import { valueWords } from "../words.js";
import { Part } from "./part.js";

const FIELDS = ["nature", "location", "location_detail", "priority"];
const BASE = ["id", "number", "version", "jurisdiction", "location_confirmed", ...FIELDS];
const TEXT = [["nature", "Nature"], ["location", "Location"], ["location_detail", "Apartment, floor, landmark"]];

class Edit extends Part {
  static properties = { done: { attribute: false } };

  constructor() {
    super();
    this.done = () => {};
    /** What was on the screen when editing began: only what differs is sent. @type {any} */
    this.base = null;
    /** What the fields start with. @type {any} */
    this.typed = null;
  }

  render() {
    const { card, conflict } = this.app.desk;
    const kept = this.app.drafts?.get(editForm(card.id))?.data;
    this.base ??= kept?.base ?? card;
    const { base } = this;
    this.typed ??= { ...base, jurisdiction: base.jurisdiction?.code ?? "", ...kept?.typed };
    const { typed } = this;
    return html`<form class="panel edit" @submit=${this.#save} @input=${this.#typing}>
      ${TEXT.map(([name, label]) => html`<label>${label} <input name=${name} value=${typed[name]} maxlength="300" autocomplete="off"></label>`)}
      <label>Priority <select name="priority">${["P", "1", "2", "3", "4"].map(
        (value) => html`<option value=${value} ?selected=${value === typed.priority}>${value}</option>`)}</select></label>
      <label>City <select name="jurisdiction"><option value="">not known</option>${(this.app.vocabulary?.agencies ?? [])
        .filter((/** @type {any} */ agency) => ["police", "partner"].includes(agency.kind))
        .map((/** @type {any} */ agency) => html`<option value=${agency.code} ?selected=${agency.code === typed.jurisdiction}>${agency.name}</option>`)}</select></label>
      <label class="check"><input type="checkbox" name="location_confirmed" ?checked=${typed.location_confirmed}> Address confirmed</label>
      <p><button class="go">Save</button> <button type="button" @click=${this.#close}>Close, change nothing</button></p>
      ${conflict?.id === base.id ? this.#conflict(conflict) : nothing}
    </form>`;
  }

  /** @param {any} conflict */
  #conflict(conflict) {
    return html`<div class="conflict" role="alert">
      ${Object.entries(conflict.clashes ?? {}).map(([field, clash]) => html`<p>
        ${valueWords(field)}: ${/** @type {any} */ (clash).who} set
        <b>${String(/** @type {any} */ (clash).theirs)}</b> at ${this.app.time(/** @type {any} */ (clash).at)}; you chose <b>${String(/** @type {any} */ (clash).yours)}</b>.</p>`)}
      <button type="button" @click=${this.#keep}>Keep theirs</button>
      <button type="button" @click=${this.#insist}>Set mine (it is logged)</button>
    </div>`;
  }

  /** Every keystroke is kept, with what it is based on. @param {Event} event */
  #typing(event) {
    const { form } = /** @type {HTMLInputElement} */ (event.target);
    const said = new FormData(/** @type {HTMLFormElement} */ (form));
    const typed = { ...Object.fromEntries(said), location_confirmed: said.has("location_confirmed") };
    const base = Object.fromEntries(BASE.map((name) => [name, this.base[name]]));
    this.app.drafts.keep(editForm(this.base.id), { base, typed });
  }

  #close() {
    this.app.drafts?.wipe(editForm(this.base.id));
    this.app.desk.conflict = null;
    this.done();
  }

  async #keep() {
    const done = await this.app.attempt(async () => {
      const changed = await this.app.desk.keepTheirs();
      return `Theirs is kept${changed.length ? `; changed: ${changed.map(valueWords).join(", ")}` : ""}`;
    });
    if (done) this.#close();
  }

  async #insist() {
    const done = await this.app.attempt(async () => {
      await this.app.desk.insist();
      return "Changed";
    });
    if (done) this.#close();
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const { base } = this;
    /** @type {Record<string, any>} */
    const changed = {};
    for (const name of FIELDS) {
      if (String(form.get(name)).trim() !== base[name]) changed[name] = String(form.get(name)).trim();
    }
    const city = form.get("jurisdiction");
    if (city && city !== base.jurisdiction?.code) changed.jurisdiction = city;
    if (form.has("location_confirmed") !== base.location_confirmed) changed.location_confirmed = form.has("location_confirmed");
    if (!Object.keys(changed).length) return this.#close();
    const done = await this.app.attempt(async () => {
      await this.app.desk.patch(base.id, changed, base.version);
      return `Call ${base.number} changed: ${Object.keys(changed).map(valueWords).join(", ")}`;
    });
    if (done) this.#close();
  }
}

customElements.define("care-edit", Edit);
