// @ts-check
/** What is proposed and asked across: a unit that came free and the call that waits for it, units asked of a partner. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { post } from "../api.js";
import { valueWords } from "../words.js";
import { Part, again } from "./part.js";

/** The reasons a partner may give on the phone. */
const REASONS = ["all_busy", "not_staffed", "out_of_area", "not_suitable"];

class Next extends Part {
  render() {
    const free = this.app.units.filter((unit) => unit.status === "available" && unit.stack?.[0]?.proposed_at);
    const asked = this.app.units.filter((unit) => unit.request);
    return html`${free.length
      ? html`<ul class="alerts consults" aria-label="Calls that wait for a unit that is free">${repeat(free, (unit) => unit.id, (unit) => this.#proposal(unit))}</ul>`
      : nothing}${asked.length
      ? html`<ul class="alerts consults" aria-label="Units asked for over a border">${repeat(asked, (unit) => unit.id, (unit) => this.#request(unit))}</ul>`
      : nothing}`;
  }

  /** @param {any} unit */
  #request(unit) {
    const { app } = this;
    const { callsign, request, mirrored_from: from } = unit;
    const ours = request.direction === "ours";
    const waits = request.status === "asked";
    const next = app.units.find((other) => other.mirrored_from && other.discipline === unit.discipline && other.status === "available" && !other.request && other.id !== unit.id);
    /** @param {string} verb @param {string} words @param {any} [body] */
    const button = (verb, words, body = {}) => html`<button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || this.#say(request.id, verb, body, `${callsign}: ${words.toLowerCase()}`)}>${words}</button>`;
    return html`<li class="alert-line">
      <b class="busy">⇄ ${request.status.toUpperCase()}</b>
      <span class="what">${ours ? `${callsign} of ${from} for call ${request.call_number}` : `A partner asks for ${callsign}: call ${request.call_number}`}</span>
      <span class=${request.alarmed_at ? "since alarm" : "since"} data-since=${request.asked_at}></span>
      <button type="button" @click=${() => app.openCall(request.call_id)}>Open</button>
      ${waits && ours ? html`${button("accept", "They said yes")}${button("withdraw", "Withdraw")}${next ? button("ask-next", `Ask ${next.callsign} instead`, { unit: next.callsign }) : nothing}` : nothing}
      ${waits && !ours ? button("accept", "Send it") : nothing}
      ${waits
        ? html`<select aria-label=${`Decline ${callsign}`} @change=${(/** @type {any} */ event) => event.target.value && this.#say(request.id, "decline", { reason: event.target.value }, `${callsign}: declined`)}>
            <option value="">${ours ? "They said no…" : "Decline…"}</option>${REASONS.map((reason) => html`<option value=${reason}>${valueWords(reason)}</option>`)}</select>`
        : nothing}
      ${!waits && ours ? button("release", "Release") : nothing}
      ${!waits && !ours ? button("return", "Back with us") : nothing}
    </li>`;
  }

  /** @param {number} id @param {string} verb @param {any} body @param {string} words */
  #say(id, verb, body, words) {
    return this.app.attempt(async () => {
      await post(`/api/unit-requests/${id}/${verb}/`, body);
      return words;
    });
  }

  /** @param {any} unit */
  #proposal({ callsign, stack }) {
    const { app } = this;
    const [next, ...later] = stack;
    const call = app.store.get("call", next.call_id);
    return html`<li class="alert-line">
      <b class="busy">▤ NEXT</b>
      <span class="what">${callsign} is free: call ${next.number} waits for it${call ? `, ${call.priority === "P" ? "▲P" : `P${call.priority}`} ${call.mode} ${call.nature}` : ""}${later.length ? ` · then ${later.map((/** @type {any} */ one) => one.number).join(", ")}` : ""}</span>
      <span class="since" data-since=${next.proposed_at}></span>
      <button type="button" class="go" @click=${(/** @type {MouseEvent} */ event) => again(event) || app.prefill(`D #${next.number} ${callsign}`, "Enter sends")}>Send</button>
      <button type="button" @click=${() => app.openCall(next.call_id)}>Open</button>
      <button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || app.execute(`UNS #${next.number} ${callsign}`)}>Unstack</button>
    </li>`;
  }
}

customElements.define("care-next", Next);
