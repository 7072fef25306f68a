// @ts-check
/** Dispositions and rides that crews still owe, the oldest first; for the supervisor also those of two agencies that do not fit, and
 * what was said with a code out of use. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { post, read } from "../api.js";
import { rideForm } from "./owed_ride.js";
import { Part, opensFirst } from "./part.js";

const REFRESH_MS = 15_000;

class Owed extends Part {
  static properties = { rows: { state: true }, rides: { state: true }, codes: { state: true }, conflicts: { state: true }, reasons: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {any[] | null} */
    this.rows = null;
    /** @type {any[]} */
    this.rides = [];
    /** @type {any[]} */
    this.codes = [];
    /** @type {any[]} */
    this.conflicts = [];
    /** @type {any[]} */
    this.reasons = [];
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
      ({ owed: this.rows, transports: this.rides, codes: this.codes } = await read("/api/dispositions-owed/"));
      this.reasons = (await read("/api/not-sent/")).owed;
      if (this.app.me?.role === "supervisor") this.conflicts = (await read("/api/disposition-conflicts/")).conflicts;
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
        ${this.#choice(row, row.call_number, "disposition…")}</li>`)}</ul>
      ${this.reasons.length ? this.#notSent() : nothing}
      ${this.rides.length ? html`<h2>Transports owed ${this.rides.length}</h2>
        <div class="owed">${repeat(this.rides, (row) => row.assignment_id, (row) => rideForm(this.app, row, () => this.#load()))}</div>` : nothing}
      ${this.conflicts.length ? this.#conflicts() : nothing}
      ${this.codes.length ? this.#outOfUse() : nothing}
      <button type="button" @click=${() => this.#close()}>Back to the call</button>`;
  }

  /** @param {any} row an assignment @param {string} number of its call @param {string} none what stands there first */
  #choice(row, number, none) {
    return html`<select aria-label=${`Disposition of ${row.callsign} on call ${number}`} @keydown=${opensFirst} @change=${(/** @type {any} */ event) => this.#set({ call_number: number, ...row }, event.target)}>
      <option value="">${none}</option>
      ${(this.app.vocabulary?.dispositions ?? []).flatMap((/** @type {any} */ pair) => this.#ways(pair)).map((/** @type {any} */ way) => html`<option value=${way.value}>${way.label}</option>`)}
    </select>`;
  }

  /** Others went, or the call ended, and nobody has said why CARE was not there. */
  #notSent() {
    return html`<h2>Why CARE was not sent ${this.reasons.length}</h2>
      <ul class="owed">${repeat(this.reasons, (row) => row.call_id, (row) => html`<li>
        Call <button type="button" class="plain" @click=${() => this.app.openCall(row.call_id)}>${row.call_number}</button>
        <span class="since" data-since=${row.owed_since}></span>
        <select aria-label=${`Why CARE was not sent to call ${row.call_number}`} @keydown=${opensFirst} @change=${(/** @type {any} */ event) => this.#explain(row, event.target)}>
          <option value="">why…</option>
          ${(this.app.vocabulary?.not_sent ?? []).map((/** @type {any} */ pair) => html`<option value=${pair.value}>${pair.label}</option>`)}
        </select></li>`)}</ul>`;
  }

  /** @param {any} row @param {HTMLSelectElement} select */
  async #explain(row, select) {
    const reason = select.value;
    if (!reason) return;
    await this.app.attempt(async () => {
      await post(`/api/calls/${row.call_id}/not-sent/`, { reason });
      return `Call ${row.call_number}, CARE not sent: ${this.app.label("not_sent", reason)}`;
    });
    select.value = "";
    await this.#load();
  }

  /** A detention is one choice for each legal basis it can stand on. @param {any} pair */
  #ways(pair) {
    if (pair.value !== "emergency_detention") return [pair];
    const bases = (this.app.vocabulary?.legal_bases ?? []).filter((/** @type {any} */ basis) => basis.value !== "voluntary");
    return bases.map((/** @type {any} */ basis) => ({ value: `${pair.value} ${basis.value}`, label: `${pair.label}: ${basis.label}` }));
  }

  /** What two agencies said of one call and cannot both be: correct the one that is wrong. */
  #conflicts() {
    return html`<h2>Dispositions that do not fit ${this.conflicts.length}</h2>
      <p class="second">Two agencies end one call differently. Ask, then correct the one that is wrong.</p>
      <ul class="owed">${repeat(this.conflicts, (row) => row.call_id, (row) => html`<li>
        Call <button type="button" class="plain" @click=${() => this.app.openCall(row.call_id)}>${row.call_number}</button>
        ${row.dispositions.map((/** @type {any} */ one) => html`<span><b>${one.callsign}</b> (${one.agency}) ${this.#choice(one, row.call_number, this.app.label("dispositions", one.disposition))}</span>`)}
      </li>`)}</ul>`;
  }

  /** What a crew said from a page that had a code no menu offers any more: it stays as said, or becomes another. */
  #outOfUse() {
    return html`<h2>Said with a code out of use ${this.codes.length}</h2>
      <p class="second">A page that was open, or a phone without a link, still had it. Keep what the crew said, or give another.</p>
      <ul class="owed">${repeat(this.codes, (row) => row.assignment_id, (row) => html`<li>
        <b>${row.callsign}</b> call <button type="button" class="plain" @click=${() => this.app.openCall(row.call_id)}>${row.call_number}</button>
        <span class="since" data-since=${row.owed_since}></span> ${this.#said(row)}
        <select aria-label=${`What ${row.callsign} said on call ${row.call_number}`} @keydown=${opensFirst} @change=${(/** @type {any} */ event) => this.#judge(row, event.target)}>
          <option value="">keep or change…</option>
          ${this.#judgements(row).map(({ label }, index) => html`<option value=${index}>${label}</option>`)}
        </select></li>`)}</ul>`;
  }

  /** @param {any} row */
  #said({ outcome, disposition }) {
    return disposition ? this.app.label("dispositions", disposition) : this.app.label("outcomes", outcome);
  }

  /** @param {any} row @returns {{label: string, body: Record<string, string>}[]} */
  #judgements(row) {
    const outcomes = (this.app.vocabulary?.outcomes ?? []).filter((/** @type {any} */ one) => !["engaged", "none"].includes(one.value));
    return [
      { label: `Keep: ${this.#said(row)}`, body: { outcome: row.outcome, disposition: row.disposition } },
      ...outcomes.map((/** @type {any} */ one) => ({ label: one.label, body: { outcome: one.value } })),
      ...(this.app.vocabulary?.dispositions ?? []).flatMap((/** @type {any} */ pair) => this.#ways(pair)).map((/** @type {any} */ way) => {
        const [disposition, basis] = way.value.split(" ");
        return { label: way.label, body: { outcome: "engaged", disposition, ...(basis && { legal_basis: basis }) } };
      }),
    ];
  }

  /** @param {any} row @param {HTMLSelectElement} select */
  async #judge(row, select) {
    if (!select.value) return;
    const { label, body } = this.#judgements(row)[Number(select.value)];
    await this.app.attempt(async () => {
      await post(`/api/assignments/${row.assignment_id}/disposition/`, body);
      return `${row.callsign} on call ${row.call_number}: ${label}`;
    });
    select.value = "";
    await this.#load();
  }

  /** @param {any} row @param {HTMLSelectElement} select */
  async #set(row, select) {
    const [disposition, basis] = select.value.split(" ");
    if (!disposition) return;
    await this.app.attempt(async () => {
      await post(`/api/assignments/${row.assignment_id}/disposition/`, { disposition, ...(basis && { legal_basis: basis }) });
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
