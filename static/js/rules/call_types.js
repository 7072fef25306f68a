// @ts-check
/** What a center's own call types mean: a table taken in, codes nobody has mapped yet, and one line mended at a time. */

import { html, nothing } from "../../vendor/lit.js";
import { change, read, request } from "../api.js";
import { Leaf, when } from "./leaf.js";

const ROOT = "/api/call-types/";
const CLASSES = { yes: "behavioral", maybe: "maybe", no: "not behavioral" };
const SHOWN = 200;

class CallTypes extends Leaf {
  constructor() {
    super();
    /** @type {any} */ this.told = null;
    /** The table that was chosen and what the server says of it. @type {{table: string, checked: any} | null} */ this.table = null;
    /** The line that is being mended. @type {any} */ this.line = null;
    this.wanted = "";
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
    const { call_types: types, unmapped } = this.told;
    const wanted = this.wanted.toLowerCase();
    const found = types.filter((/** @type {any} */ one) => `${one.code} ${one.description} ${one.apco}`.toLowerCase().includes(wanted));
    return html`<section aria-labelledby="unmapped"><h2 id="unmapped">Codes on calls that nobody has mapped: ${unmapped.length}</h2>
        <p class="second">The proposal is read from the words alone. Until a code is mapped, its words and the narrative decide.</p>
        ${unmapped.length ? this.#table(unmapped, true) : html`<p>Every code of the last year means something here.</p>`}</section>
      ${this.line ? this.#form() : nothing}
      <section aria-labelledby="taken"><h2 id="taken">Take in a table</h2>
        <p>A CSV file with a first line of names: code, description and, where you have them, apco, behavioral (yes, maybe or no), priority and source.
          A line that cannot be used is named and stops no other. <a href="${ROOT}export/" download>The call types as they are now</a></p>
        <input type="file" accept=".csv,.txt,.tsv,text/csv" aria-label="Table of call types" @change=${(/** @type {any} */ event) => this.#choose(event.target)}>
        ${this.table ? this.#checked() : nothing}</section>
      <section aria-labelledby="types"><h2 id="types">Call types of this center: ${types.length}</h2>
        <p><label>Find <input type="search" .value=${this.wanted} @input=${(/** @type {any} */ event) => this.#find(event.target.value)}></label>
          <button type="button" @click=${() => this.#mend({ code: "", description: "", apco: "", behavioral: "", priority: "", source: "", retired: false })}>Add one</button></p>
        ${this.#table(found.slice(0, SHOWN), false)}
        ${found.length > SHOWN ? html`<p>${found.length - SHOWN} more; find narrows it.</p>` : nothing}</section>`;
  }

  /** @param {any[]} rows @param {boolean} seen */
  #table(rows, seen) {
    return html`<table><thead><tr><th>Code</th><th>Means</th><th>APCO</th><th>Behavioral</th><th>Priority</th><th>${seen ? "Calls" : "Source"}</th><th></th></tr></thead>
      <tbody>${rows.map((row) => html`<tr>
        <td><b>${row.code}</b>${row.retired ? html` <span class="second">not in use</span>` : nothing}</td><td>${row.description}</td>
        <td>${row.apco || "none fits"}</td><td>${CLASSES[/** @type {keyof typeof CLASSES} */ (row.behavioral)]}${seen ? html` <span class="second">proposed</span>` : nothing}</td><td>${row.priority || "–"}</td>
        <td>${seen ? html`${row.calls}, last ${when(row.last)}` : row.source}</td>
        <td><button type="button" @click=${() => this.#mend(row)}>${seen ? "Map" : "Change"}</button></td></tr>`)}</tbody></table>`;
  }

  /** @param {any} row */
  async #mend(row) {
    this.line = { ...row };
    this.requestUpdate();
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector("form.line input, form.line select"))?.focus();
  }

  #form() {
    const { line } = this;
    /** @param {string} name */
    const typed = (name) => (/** @type {any} */ event) => { line[name] = event.target.type === "checkbox" ? event.target.checked : event.target.value; };
    return html`<form class="line rule" @submit=${(/** @type {Event} */ event) => this.#save(event)}><h3>${line.code || "A new call type"}</h3>
      <div class="row"><label>Code <input required maxlength="40" .value=${line.code} @input=${typed("code")}></label>
        <label class="wide">What it means <input maxlength="200" .value=${line.description} @input=${typed("description")}></label></div>
      <div class="row"><label>APCO common type <select .value=${line.apco} @change=${typed("apco")}><option value="">none fits</option>
          ${this.told.apco.map((/** @type {any} */ one) => html`<option value=${one.code} ?selected=${one.code === line.apco}>${one.code} ${one.label}</option>`)}</select></label>
        <label>Calls of it are <select @change=${typed("behavioral")}><option value="">as its words say</option>
          ${Object.entries(CLASSES).map(([value, label]) => html`<option value=${value} ?selected=${value === line.behavioral}>${label}</option>`)}</select></label>
        <label>Priority <select @change=${typed("priority")}><option value="">as APCO's type</option>
          ${["P", "1", "2", "3", "4"].map((value) => html`<option ?selected=${value === line.priority}>${value}</option>`)}</select></label></div>
      <div class="row"><label class="wide">Who says so <input maxlength="200" .value=${line.source} @input=${typed("source")} placeholder="CAD code list of 2026, page 4"></label>
        <label><input type="checkbox" .checked=${line.retired ?? false} @change=${typed("retired")}> not in use any more</label></div>
      <div class="row"><button>Save</button><button type="button" @click=${() => { this.line = null; this.requestUpdate(); }}>Leave it</button></div></form>`;
  }

  /** @param {Event} event */
  async #save(event) {
    event.preventDefault();
    const { code, description, apco, behavioral, priority, source, retired } = this.line;
    const saved = await this.book.attempt(() => change("POST", ROOT, { code, description, apco, behavioral, priority, source, retired: Boolean(retired) }));
    if (!saved) return; // what was typed stays
    this.line = null;
    this.book.say(true, `${code} is mapped; calls from now on are read with it`);
    await this.#read();
  }

  /** @param {HTMLInputElement} input */
  async #choose(input) {
    const file = input.files?.[0];
    if (!file) return;
    const table = await file.text();
    const checked = await this.book.attempt(() => request("POST", `${ROOT}check/`, { table }));
    this.table = checked ? { table, checked } : null;
    input.value = "";
    this.requestUpdate();
  }

  #checked() {
    const { rows, errors, without_common_type: without } = /** @type {any} */ (this.table).checked;
    return html`<p><b>${rows.length} lines can be used</b>${without ? `, ${without} of them fit no common type` : ""}, ${errors.length} cannot.
        <button type="button" aria-disabled=${!rows.length} @click=${() => rows.length && this.#import()}>Take in the ${rows.length}</button>
        <button type="button" @click=${() => { this.table = null; this.requestUpdate(); }}>Leave it</button></p>
      ${errors.length ? html`<ul class="problems">${errors.slice(0, SHOWN).map((/** @type {any} */ error) => html`<li>Line ${error.line}: ${error.message}</li>`)}</ul>` : nothing}
      <table><thead><tr><th>Code</th><th>Means</th><th>APCO</th><th>Behavioral</th><th>Priority</th></tr></thead>
        <tbody>${rows.slice(0, SHOWN).map((/** @type {any} */ row) => html`<tr><td><b>${row.code}</b></td><td>${row.description}</td>
          <td>${row.apco || "none fits"} <span class="second">${row.apco_from === "read" ? "proposed" : ""}</span></td>
          <td>${CLASSES[/** @type {keyof typeof CLASSES} */ (row.behavioral)]} <span class="second">${row.behavioral_from === "read" ? `proposed${row.because ? `: ${row.because}` : ""}` : ""}</span></td>
          <td>${row.priority || "–"}</td></tr>`)}</tbody></table>
      ${rows.length > SHOWN ? html`<p>and ${rows.length - SHOWN} more.</p>` : nothing}`;
  }

  async #import() {
    const taken = await this.book.attempt(() => change("POST", `${ROOT}import/`, { table: /** @type {any} */ (this.table).table }));
    if (!taken) return;
    this.table = null;
    this.book.say(true, `${taken.taken} call types taken in`);
    await this.#read();
  }

  /** @param {string} words */
  #find(words) {
    this.wanted = words;
    this.requestUpdate();
  }
}

customElements.define("care-call-types", CallTypes);
