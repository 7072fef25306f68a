// @ts-check
/** Who is on and until when, who is planned and missing, where nobody is; dispatch signs crews on, off and over here. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { lacks } from "../aboard.js";
import { post, read } from "../api.js";
import { DOING } from "../commands/run.js";
import { DISCIPLINE_LABEL } from "../words.js";
import { Part } from "./part.js";

const REFRESH_MS = 15_000;

DOING.STAFF = (app) => {
  app.side = "staffing";
  app.changed();
  return "Staffing";
};

class Staffing extends Part {
  static properties = { found: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {any} */
    this.found = null;
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
      this.found = await read("/api/staffing/");
      this.problem = "";
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
  }

  render() {
    const { found } = this;
    if (!found) return html`<h2>Staffing</h2><p class="second" role="status">${this.problem || "…"}</p>`;
    const missing = found.planned.filter((/** @type {any} */ one) => one.missing);
    const coming = found.planned.filter((/** @type {any} */ one) => Date.parse(one.starts_at) > Date.parse(found.at));
    const on = found.units.filter((/** @type {any} */ unit) => unit.crew.length);
    return html`<h2>Staffing: ${on.length} units with a crew</h2>
      ${this.problem ? html`<p class="alarm" role="alert">${this.problem}</p>` : nothing}
      ${missing.length ? html`<h3 class="alarm">Planned and not signed on ${missing.length}</h3><ul>${missing.map((/** @type {any} */ one) => html`<li><b>${one.callsign}</b> ${one.name}, since ${this.app.time(one.starts_at)}</li>`)}</ul>` : nothing}
      ${found.uncovered.length ? html`<h3>Nobody in the next 12 hours</h3><ul>${found.uncovered.map((/** @type {any} */ gap) => html`<li class=${gap.from === found.at ? "alarm" : ""}>${gap.area}: no ${DISCIPLINE_LABEL[gap.discipline]} ${gap.from === found.at ? "now" : `from ${this.app.time(gap.from)}`} to ${this.app.time(gap.to)}</li>`)}</ul>` : nothing}
      <h3>On now</h3>
      <ul class="owed">${repeat(on, (unit) => unit.id, (unit) => html`<li><b>${unit.callsign}</b> <span class="second">${[...unit.capabilities, ...unit.languages].join(", ")}</span>
        ${unit.crew.map((/** @type {any} */ one) => html`<div>${one.name} (${this.#label("duties", one.duty)}) until ${this.app.time(one.until)}
          ${lacks(one) ? html`<b class="alarm">▲ ${lacks(one)}</b>` : nothing}
          <button type="button" class="plain" @click=${() => this.#do(unit, "sign-off", { user: one.user, reason: "asked_by_radio" }, `${one.name} has left ${unit.callsign}`)}>off</button></div>`)}
        ${unit.crew.some((/** @type {any} */ one) => Date.parse(one.until) < Date.parse(found.at) + 2 * 3_600_000)
          ? html`<button type="button" @click=${() => this.#do(unit, "extend", { hours: 2 }, `${unit.callsign} stays two hours from now`)}>2 h from now</button>`
          : nothing}</li>`)}</ul>
      ${coming.length ? html`<h3>Coming on</h3><ul>${coming.map((/** @type {any} */ one) => html`<li>${this.app.time(one.starts_at)} <b>${one.callsign}</b> ${one.name} (${this.#label("duties", one.duty)}) until ${this.app.time(one.ends_at)}</li>`)}</ul>` : nothing}
      ${this.#form()}
      <button type="button" @click=${() => this.#close()}>Back to the call</button>`;
  }

  #form() {
    const { units, people, duties, reasons, forced_reasons: forced } = this.found;
    const options = (/** @type {any[]} */ rows, /** @type {string} */ none) => html`${none ? html`<option value="">${none}</option>` : nothing}${repeat(rows, (row) => row.value, (row) => html`<option value=${row.value}>${row.label}</option>`)}`; // keyed: what is chosen stays when the list is read again
    return html`<form class="staff" @submit=${(/** @type {SubmitEvent} */ event) => this.#signOn(event)}>
      <h3>Sign somebody on</h3>
      <label>Unit <select name="unit" required>${options(units.map((/** @type {any} */ one) => ({ value: one.id, label: one.callsign })), "")}</select></label>
      <label>Person <select name="user" required>${options(people.map((/** @type {any} */ one) => ({ value: one.user, label: one.name })), "")}</select></label>
      <label>As <select name="duty">${options(duties, "")}</select></label>
      <label>Hours <input name="hours" type="number" min="0.25" max="24" step="0.25" value="12" required></label>
      <label>Why <select name="reason">${options(reasons, "")}</select></label>
      <label><input name="over" type="checkbox"> takes over from the crew aboard</label>
      ${this.app.me?.role === "supervisor" ? html`<label>Credential not in force: <select name="forced_reason">${options(forced, "do not force")}</select></label>` : nothing}
      <button>Sign on</button>
    </form>`;
  }

  /** @param {string} list @param {string} value */
  #label(list, value) {
    return this.found[list].find((/** @type {any} */ one) => one.value === value)?.label ?? value;
  }

  /** @param {SubmitEvent} event */
  async #signOn(event) {
    event.preventDefault();
    const typed = /** @type {any} */ (Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target))));
    const unit = this.found.units.find((/** @type {any} */ one) => String(one.id) === typed.unit);
    await this.#do(unit, typed.over ? "hand-over" : "sign-on", {
      crew: [{ user: Number(typed.user), duty: typed.duty }], hours: Number(typed.hours), reason: typed.reason,
      ...(typed.forced_reason && { forced_reason: typed.forced_reason }),
    }, `Signed on to ${unit.callsign}`);
  }

  /** @param {any} unit @param {string} what @param {any} fields @param {string} said */
  async #do(unit, what, fields, said) {
    await this.app.attempt(async () => {
      await post(`/api/units/${unit.id}/${what}/`, fields);
      return said;
    });
    await this.#load();
  }

  #close() {
    this.app.showCall();
    this.app.toLine();
  }
}

customElements.define("care-staffing", Staffing);
