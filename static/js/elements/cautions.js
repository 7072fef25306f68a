// @ts-check
/** Cautions: those an open call shows, warning of its place or its caller, and the center's list with what ends soon. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { post, read } from "../api.js";
import { Part, again } from "./part.js";

const DAY_MS = 86_400_000;
const TONE = /** @type {Record<string, [string, string]>} */ ({ danger: ["alarm", "▲ DANGER"], caution: ["enrt", "△ CAUTION"], note: ["", "ℹ GOOD TO KNOW"] });

/** How old, in the largest unit that says something. @param {string} moment @param {number} now */
function age(moment, now) {
  const days = Math.floor((now - Date.parse(moment)) / DAY_MS);
  return days < 1 ? "today" : days < 60 ? `${days} d ago` : `${Math.floor(days / 30)} months ago`;
}

/** Whom it is about, and what it does while the flat of the call is not known. @param {any} one */
function whichUnit({ severity, unit, unit_unknown: unknown, about }) {
  if (about === "caller") return " · of this caller's number";
  return unknown ? ` · about unit ${unit}: MAY BE THIS FLAT OR ANOTHER, ask${severity === "danger" ? "; police go until it is known" : severity === "caution" ? "; police go if it is this one" : ""}` : unit ? ` · unit ${unit}` : "";
}

class Cautions extends Part {
  static properties = { warning: { state: true } };

  constructor() {
    super();
    this.warning = false;
  }

  render() {
    const { card, detail } = this.app.desk;
    if (!card) return nothing;
    return html`${(card.cautions ?? []).map((/** @type {any} */ one) => this.#one(one, card))}
      ${card.status === "closed" ? nothing : html`<p><button type="button" class="plain" aria-expanded=${this.warning} @click=${() => (this.warning = !this.warning)}>Warn of this place or caller</button></p>`}
      ${this.warning ? this.#form(card, detail) : nothing}`;
  }

  /** @param {any} one @param {any} card */
  #one(one, card) {
    const { app } = this;
    const [tone, word] = TONE[one.severity];
    return html`<p class="panel" role="note" data-caution=${one.id}><b class=${tone}>${word}: <bdi>${one.text}</bdi></b>
      <span class="second">${app.label("caution_sources", one.source)} · ${age(one.entered_at, app.clock.now())}${one.reviewed_at ? `, reviewed ${age(one.reviewed_at, app.clock.now())}` : ""} · until ${one.expires_at.slice(0, 10)}</span><b class=${one.unit_unknown ? "enrt" : "second"}>${whichUnit(one)}</b>
      ${one.known_at
        ? html`<span class="second">✓ known ${app.time(one.known_at)}</span>`
        : html`<button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || app.attempt(async () => (await post(`/api/calls/${card.id}/know-caution/`, { caution: one.id }), "The caution is known to dispatch"))}>Acknowledge</button>`}</p>`;
  }

  /** @param {any} card @param {any} detail */
  #form(card, detail) {
    const phones = (detail?.callers ?? []).filter((/** @type {any} */ caller) => caller.phone);
    const list = (/** @type {string} */ name) => (this.app.vocabulary?.[name] ?? []).map((/** @type {any} */ { value, label }) => html`<option value=${value}>${label}</option>`);
    return html`<form class="panel fields" @submit=${(/** @type {SubmitEvent} */ event) => this.#enter(event, card)}>
      <label>About <select name="about"><option value="unit">${card.location}${card.location_detail ? `, ${card.location_detail}` : ""}</option>
        ${card.location_detail ? html`<option value="building">${card.location}: the whole building</option>` : nothing}
        ${phones.map((/** @type {any} */ { phone }) => html`<option value=${`tel:${phone}`}>whoever calls from ${phone}</option>`)}</select></label>
      <label>How grave <select name="severity">${list("caution_severities")}</select></label>
      <label>Seen by <select name="seen_by">${list("caution_sources")}</select></label>
      <label>Who said so, and when <input name="evidence" required maxlength="300" autocomplete="off"></label>
      <label>What was done or seen, and when (no illness, no diagnosis) <input name="text" required maxlength="300" autocomplete="off"></label>
      <label>Days it stands (empty: as usual) <input name="days" type="number" min="1" max="3650"></label>
      <button class="go">Enter caution</button></form>`;
  }

  /** @param {SubmitEvent} event @param {any} card */
  async #enter(event, card) {
    event.preventDefault();
    const { about, days, ...said } = /** @type {any} */ (Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target))));
    const place = { location: card.location, ...(about === "unit" && card.location_detail && { location_detail: card.location_detail }) };
    const of = about.startsWith("tel:") ? { phone: about.slice(4) } : place;
    const done = await this.app.attempt(async () => {
      await post("/api/cautions/", { ...said, ...of, ...(days && { days: Number(days) }) });
      return "The caution stands; every open call it concerns shows it";
    });
    if (done) this.warning = false;
  }
}

class CautionList extends Part {
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
  }

  async #load() {
    try {
      this.rows = (await read("/api/cautions/")).cautions;
      this.problem = "";
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
  }

  render() {
    const rows = this.rows ?? [];
    const soon = rows.filter((row) => row.soon).length;
    return html`<h2>Cautions ${rows.length}${soon ? html` <span class="chip">${soon} to review</span>` : nothing}</h2>
      <p class="second">${this.problem || (this.rows && !rows.length ? "None stands. Open a call to warn of its place or caller." : "Each ends by itself on its day. Still true: review it. Not true: end it and say why.")}</p>
      <ul class="owed">${repeat(rows, (row) => row.id, (row) => this.#row(row))}</ul>
      <button type="button" @click=${() => this.app.showCall()}>Back to the call</button>`;
  }

  /** @param {any} row */
  #row(row) {
    const [tone, word] = TONE[row.severity];
    return html`<li class="panel"><b class=${tone}>${word}: <bdi>${row.text}</bdi></b>
      <span><bdi>${row.place || `caller ${row.phone}`}</bdi></span>
      <span class="second">${this.app.label("caution_sources", row.source)}: <bdi>${row.evidence}</bdi> · entered ${age(row.entered_at, this.app.clock.now())} by ${row.entered_by} · shown on ${row.calls} now</span>
      <b class=${row.soon ? "enrt" : "second"}>${row.soon ? "△ " : ""}until ${row.expires_at.slice(0, 10)}</b>
      <button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || this.#act(row, "review", {}, "stands as long again")}>Still true</button>
      <form @submit=${(/** @type {SubmitEvent} */ event) => this.#end(event, row)}><label>Why it ends <input name="reason" required maxlength="300" autocomplete="off"></label> <button>End</button></form></li>`;
  }

  /** @param {SubmitEvent} event @param {any} row */
  #end(event, row) {
    event.preventDefault();
    const reason = new FormData(/** @type {HTMLFormElement} */ (event.target)).get("reason");
    return this.#act(row, "end", { reason }, "is over");
  }

  /** @param {any} row @param {string} path @param {any} body @param {string} said */
  async #act(row, path, body, said) {
    await this.app.attempt(async () => {
      await post(`/api/cautions/${row.id}/${path}/`, body);
      return `The caution ${said}: ${row.place || row.phone}`;
    });
    await this.#load();
  }
}

customElements.define("care-cautions", Cautions);
customElements.define("care-caution-list", CautionList);
