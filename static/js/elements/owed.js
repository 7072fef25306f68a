// @ts-check
/** Dispositions that crews still owe, the oldest first. */

import { html, repeat } from "../../vendor/lit.js";
import { post, read } from "../api.js";
import { Part, opensFirst } from "./part.js";

const REFRESH_MS = 15_000;

class Owed extends Part {
  static properties = { rows: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {any[] | null} */
    this.rows = null;
    this.problem = "";
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
      this.rows = (await read("/api/dispositions-owed/")).owed;
      this.problem = "";
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
  }

  render() {
    const rows = this.rows ?? [];
    return html`<h2>Dispositions owed ${rows.length}</h2>
      <p class="second">${this.problem || (this.rows && !rows.length ? "Nothing is owed." : "The crew records it on the phone page; it can be set here too.")}</p>
      <ul class="owed">${repeat(rows, (row) => row.assignment_id, (row) => html`<li>
        <b>${row.callsign}</b> call <button type="button" class="plain" @click=${() => this.app.openCall(row.call_id)}>${row.call_number}</button>
        <span class="since" data-since=${row.owed_since} data-limit="owed"></span> ${this.app.label("outcomes", row.outcome)}
        <select aria-label=${`Disposition of ${row.callsign} on call ${row.call_number}`} @keydown=${opensFirst} @change=${(/** @type {any} */ event) => this.#set(row, event.target)}>
          <option value="">disposition…</option>
          ${(this.app.vocabulary?.dispositions ?? []).map((/** @type {any} */ pair) => html`<option value=${pair.value}>${pair.label}</option>`)}
        </select></li>`)}</ul>
      <button type="button" @click=${() => this.#close()}>Back to the call</button>`;
  }

  /** @param {any} row @param {HTMLSelectElement} select */
  async #set(row, select) {
    const disposition = select.value;
    if (!disposition) return;
    await this.app.attempt(async () => {
      await post(`/api/assignments/${row.assignment_id}/disposition/`, { disposition });
      return `${row.callsign} on call ${row.call_number}: ${this.app.label("dispositions", disposition)}`;
    });
    select.value = "";
    await this.#load();
  }

  #close() {
    this.app.showCall();
    this.app.toLine();
  }
}

customElements.define("care-owed", Owed);
