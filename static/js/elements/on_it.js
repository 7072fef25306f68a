// @ts-check
/** The units on the open call with their times; each next step is a button that types its command. */

import { html, nothing } from "../../vendor/lit.js";
import { ofServer } from "../timers.js";
import { DISCIPLINE_LABEL, UNIT_STATUS } from "../words.js";
import { Part, again, opensFirst } from "./part.js";

const ARRIVED = ["on_scene", "contact", "transporting", "at_facility"];
/** What may come next, as verb and word. @type {Record<string, [string, string][]>} */
const NEXT = {
  dispatched: [["ER", "en route"], ["ST", "staged"], ["OS", "on scene"]],
  acknowledged: [["ER", "en route"], ["ST", "staged"], ["OS", "on scene"]],
  en_route: [["ST", "staged"], ["OS", "on scene"]],
  staged: [["CE", "clear to enter"], ["OS", "on scene"]],
  on_scene: [["CT", "contact"], ["TR", "transport"]],
  contact: [["TR", "transport"]],
  transporting: [["AF", "at facility"]],
  at_facility: [],
};

class OnIt extends Part {
  render() {
    const { card, detail } = this.app.desk;
    const etas = new Map((detail?.etas ?? []).map((/** @type {any} */ row) => [row.unit_id, row]));
    const past = (detail?.assignments_all ?? []).filter((/** @type {any} */ row) => row.cleared_at);
    const consulting = card?.consulting ?? [];
    if (!card?.assignments.length && !past.length && !consulting.length) return nothing;
    return html`<section class="panel on-it" aria-labelledby="on-it-title">
      <h3 id="on-it-title">Units on it ${card.scene_lead ? html`<span class="second">${DISCIPLINE_LABEL[card.scene_lead]} leads</span>` : nothing}
        ${card.scene_secure_at ? html`<span class="scene">✓ scene secure ${this.app.time(card.scene_secure_at)}</span>` : nothing}
        ${detail?.police_minutes_freed ? html`<span class="second">${detail.police_minutes_freed} police minutes freed</span>` : nothing}</h3>
      ${card.assignments.length ? this.#scene(card, detail) : nothing}
      <ul>${card.assignments.map((/** @type {any} */ row) => this.#row(row, card, etas.get(row.unit_id)))}
        ${consulting.map((/** @type {any} */ row) => html`<li><b>${row.callsign ?? "CARE"}</b> <span class="busy">☎ CONS<span class="heard"> consulting</span></span> since ${this.app.time(row.since)}</li>`)}</ul>
      ${past.length ? html`<ul class="second">${past.map((/** @type {any} */ row) => this.#past(row))}</ul>` : nothing}
    </section>`;
  }

  /** What the pair is told, and the keys of the scene. @param {any} card @param {any} detail */
  #scene(card, detail) {
    const there = (/** @type {string} */ discipline) => card.assignments.some((/** @type {any} */ row) => row.discipline === discipline);
    /** @param {string} line */
    const say = (line) => (/** @type {MouseEvent} */ event) => again(event) || this.app.execute(line);
    return html`${detail?.radio ? html`<p class="radio"><b>Radio:</b> <bdi>${detail.radio}</bdi></p>` : nothing}
      <p class="steps">${there("care") ? html`<button type="button" class="up" title="The nearest free police go now; CARE stays" @click=${say(`UP #${card.number}`)}>Police NOW (UP)</button>
          <span class="second">CARE stages: ${card.staging.proposed ? "proposed, " : ""}<bdi>${card.staging.point}</bdi></span>
          <button type="button" @click=${() => this.app.prefill(`STG #${card.number}; `, "say where CARE waits")}>staging point</button>` : nothing}
        ${there("police") ? html`<button type="button" @click=${say(`SEC #${card.number}${card.scene_secure_at ? " no" : ""}`)}>${card.scene_secure_at ? "not secure any more" : "scene secure"}</button>` : nothing}</p>`;
  }

  /** @param {any} row @param {any} card @param {any} [eta] */
  #row(row, card, eta) {
    const word = UNIT_STATUS[row.status];
    const waits = row.role === "stage" && !row.cleared_to_enter_at && !ARRIVED.includes(row.status);
    const withCare = card.assignments.some((/** @type {any} */ other) => other.discipline === "care");
    return html`<li>
      <b>${row.callsign}</b> <span class=${word.tone}>${word.glyph} ${word.code}<span class="heard"> ${word.label}</span></span>
      <span class="since" data-since=${row.status_at ?? row.dispatched_at} data-said=${ofServer(row.late)}></span>
      ${eta && !ARRIVED.includes(row.status) ? html`<span class="second">${Math.max(1, Math.round(eta.seconds / 60))} min (${eta.method}; ${eta.shared ? "a phone's place" : "place"} <span data-since=${eta.placed_at}></span> old)</span>` : nothing}
      ${row.reactive ? html`<span class="second">asked for by police</span>` : nothing}
      ${row.taken_from ? html`<span class="second">taken from call ${row.taken_from}</span>` : nothing}
      ${row.called_ahead ? html`<span class="second">☎ ${row.called_ahead === "reached" ? "reached ahead" : "no answer"} ${this.app.time(row.called_ahead_at)}</span>` : nothing}
      ${this.#ride(this.app.desk.detail?.assignments_all?.find((/** @type {any} */ one) => one.id === row.id)?.transport)}
      ${waits ? html`<b class="enrt">stages until waved in</b>` : nothing}
      ${row.cleared_to_enter_at ? html`<span class="scene">cleared to enter ${this.app.time(row.cleared_to_enter_at)}</span>` : nothing}
      ${row.bypass === "owed" ? html`<label class="enrt">△ not as recommended <select aria-label=${`Why ${row.callsign} and not who was recommended`} @keydown=${opensFirst} @change=${(/** @type {any} */ event) => event.target.value && this.app.execute(`BYP ${row.callsign} ${event.target.value}`)}>
        <option value="">why…</option>${(this.app.vocabulary?.bypass_reasons ?? []).map((/** @type {any} */ { value, label }) => html`<option value=${value}>${label}</option>`)}</select></label>` : nothing}
      <span class="steps">
        ${(NEXT[row.status] ?? [])
          .filter(([verb]) => verb !== "CE" || !row.cleared_to_enter_at)
          .filter(([verb]) => verb !== "ST" || row.discipline === "care")
          .map(([verb, label]) => html`<button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || this.app.execute(`${verb} ${row.callsign}`)}>${label}</button>`)}
        ${row.discipline === "police" && withCare && ARRIVED.includes(row.status)
          ? html`<button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || this.app.execute(`REL ${row.callsign}`)}>release</button>`
          : nothing}
        ${["on_scene", "contact"].includes(row.status)
          ? html`<button type="button" title="The crew says it is safe: its clock starts anew" @click=${(/** @type {MouseEvent} */ event) => again(event) || this.app.execute(`PAR ${row.callsign}`)}>safe</button>`
          : nothing}
        <button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || this.#free(row)}>available</button>
      </span>
    </li>`;
  }

  /** Where somebody is taken, and how. @param {any} ride */
  #ride(ride) {
    const { app } = this;
    if (!ride?.destination && !ride?.legal_basis) return nothing;
    const [from, to] = [ride.start_mileage, ride.end_mileage];
    const miles = from !== null && to !== null ? `${Math.round((to - from) * 10) / 10} miles` : "";
    const basis = ride.legal_basis && app.label("legal_bases", ride.legal_basis);
    const told = [basis, ride.rides && app.label("rides", ride.rides), miles].filter(Boolean).join(", ");
    return html` <span class="second">⇢ <bdi>${ride.destination}</bdi>${told ? ` (${told})` : ""}</span>`;
  }

  /** @param {any} row */
  #free(row) {
    if (row.discipline === "care") this.app.prefill(`AV ${row.callsign} `, "one key for the contact: e d u c s r n");
    else this.app.execute(`AV ${row.callsign}`);
  }

  /** @param {any} row */
  #past(row) {
    const { app } = this;
    const outcome = row.outcome ? ` · ${app.label("outcomes", row.outcome)}` : "";
    const taken = row.taken_for ? ` · taken for call ${row.taken_for}${row.taken_reason ? `: ${app.label("take_reasons", row.taken_reason)}` : ""}` : "";
    const disposition = row.disposition ? ` · ${app.label("dispositions", row.disposition)}` : row.disposition_owed ? " · disposition owed" : "";
    return html`<li>${row.callsign} ${app.time(row.dispatched_at)}–${app.time(row.cleared_at)}${outcome}${taken}${disposition}${this.#ride(row.transport)}</li>`;
  }
}

customElements.define("care-on-it", OnIt);
