// @ts-check
/** Words of a center's own that the narrative reader is to know: proposed by one person, approved by another. */

import { html, nothing } from "../../vendor/lit.js";
import { change, read } from "../api.js";
import { valueWords } from "../words.js";
import { Leaf } from "./leaf.js";

const ROOT = "/api/words/";
/** @type {Record<string, string>} */
const STATE = { proposed: "◐ waits for a second person", approved: "✓ the reader knows them", retired: "– retired" };
const EMPTY = { words: "", fact: "", value: "", source: "" };

class Words extends Leaf {
  constructor() {
    super();
    /** @type {any} */ this.told = null;
    this.line = { ...EMPTY };
  }

  connectedCallback() {
    super.connectedCallback();
    this.#read();
  }

  async #read() {
    this.told = (await this.book.attempt(() => read(ROOT))) ?? this.told;
    this.requestUpdate();
  }

  render() {
    if (!this.told) return nothing;
    return html`<section aria-labelledby="own-words"><h2 id="own-words">Words of this center</h2>
        <p>What people here say and the reader does not know yet: a street name for a drug, a house code, shorthand. They may tell of a danger and never of
          its absence; a word that would hide a danger of a must-pass case is refused. <span class="second">Reading now with ${this.told.lexicon}</span></p>
        ${this.#form()}
        ${this.told.words.length ? html`<table><thead><tr><th>Words</th><th>Mean</th><th>Source</th><th>State</th><th>By</th><th></th></tr></thead>
          <tbody>${this.told.words.map((/** @type {any} */ row) => this.#row(row))}</tbody></table>` : html`<p>None yet.</p>`}</section>`;
  }

  #form() {
    const { line } = this;
    const meaning = this.told.meanings.find((/** @type {any} */ one) => one.fact === line.fact);
    /** @param {"words" | "fact" | "value" | "source"} name */
    const typed = (name) => (/** @type {any} */ event) => {
      line[name] = event.target.value;
      if (name === "fact") line.value = "";
      this.requestUpdate();
    };
    return html`<form class="rule" @submit=${(/** @type {Event} */ event) => this.#propose(event)}><div class="row">
        <label>Words <input required maxlength="60" .value=${line.words} @input=${typed("words")}></label>
        <label>mean <select required .value=${line.fact} @change=${typed("fact")}><option value="">choose</option>
          ${this.told.meanings.map((/** @type {any} */ one) => html`<option value=${one.fact} ?selected=${one.fact === line.fact}>${valueWords(one.fact)}</option>`)}</select></label>
        ${line.fact === "shorthand" ? html`<label>for <input required maxlength="40" .value=${line.value} @input=${typed("value")}></label>` : meaning ? html`<label>namely <select required .value=${line.value} @change=${typed("value")}><option value="">choose</option>
          ${meaning.values.map((/** @type {string} */ value) => html`<option value=${value} ?selected=${value === line.value}>${valueWords(value)}</option>`)}</select></label>` : nothing}
        <label class="wide">Source <input required maxlength="300" .value=${line.source} @input=${typed("source")} placeholder="night shift, radio code sheet of 2026"></label>
        <button>Propose</button></div></form>`;
  }

  /** @param {any} row */
  #row(row) {
    return html`<tr><td><b>${row.words}</b></td><td>${valueWords(row.fact)}: ${valueWords(row.value)}</td><td>${row.source}</td>
      <td>${STATE[row.status]}${row.retired_reason ? html` <span class="second">${row.retired_reason}</span>` : nothing}</td>
      <td>${row.proposed_by}${row.approved_by ? `, ${row.approved_by}` : ""}</td>
      <td>${row.may_approve ? html`<button type="button" @click=${() => this.#do(`${row.id}/approve/`, {}, `The reader knows ${row.words} from now on`)}>Approve</button>` : nothing}
        ${row.status === "retired" ? nothing : html`<form class="row" @submit=${(/** @type {any} */ event) => this.#retire(event, row)}>
          <input required maxlength="300" name="reason" aria-label=${`Why ${row.words} is retired`} placeholder="why"><button>Retire</button></form>`}</td></tr>`;
  }

  /** @param {Event} event */
  async #propose(event) {
    event.preventDefault();
    const { words, fact, value, source } = this.line;
    if (await this.#do("", { words, fact, value, source }, `${words} waits for a second person`)) this.line = { ...EMPTY };
    this.requestUpdate();
  }

  /** @param {any} event @param {any} row */
  #retire(event, row) {
    event.preventDefault();
    this.#do(`${row.id}/retire/`, { reason: event.target.elements.reason.value }, `${row.words} is retired`);
  }

  /** @param {string} path @param {any} fields @param {string} done */
  async #do(path, fields, done) {
    const made = await this.book.attempt(() => change("POST", `${ROOT}${path}`, fields));
    if (!made) return false; // what was typed stays
    this.book.say(true, done);
    await this.#read();
    return true;
  }
}

customElements.define("care-words", Words);
