// @ts-check
/** What needs somebody now: alerts that stay until they are dealt with, consults that wait, notes that did not get through. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { valueWords } from "../words.js";
import { Part, again } from "./part.js";

class Alerts extends Part {
  render() {
    const { app } = this;
    return html`
      <ol class="alerts" aria-label="Alerts">
        ${repeat(app.alerts, (alert) => alert.id, (alert, index) => this.#alert(alert, index + 1))}
      </ol>
      <ul class="alerts consults" aria-label="Consults">
        ${repeat(app.store.all("consult"), (consult) => consult.id, (consult) => this.#consult(consult))}
      </ul>
      ${(app.outbox?.refused() ?? []).map(
        (/** @type {any} */ note) => html`<p class="alert-line">
          <b>✗ A note on call ${note.number} was refused:</b> ${note.refused} “${note.text}”
          <button type="button" @click=${() => app.outbox.discard(note.key)}>Discard</button>
        </p>`,
      )}`;
  }

  /** @param {any} alert @param {number} number */
  #alert(alert, number) {
    const { app } = this;
    const waiting = alert.tell.filter((/** @type {any} */ row) => !row.told_at);
    return html`<li class="alert-line">
      <b class="alarm">!${number} ▲</b>
      ${alert.call_id && app.store.get("call", alert.call_id)
        ? html`<button type="button" @click=${() => app.openCall(alert.call_id)}>${alert.call_number}</button>`
        : nothing}
      <span class="what">${alert.text}</span>
      <span class="since" data-since=${alert.raised_at}></span>
      ${alert.escalated_at ? html`<b>ESCALATED</b>` : nothing}
      ${waiting.map(
        (/** @type {any} */ row) => html`<button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || app.execute(`TOLD ${row.callsign} ${number}`)}>
          ${row.callsign} told</button>`,
      )}
      ${waiting.length
        ? html`<span class="second">stays until each is told</span>`
        : html`<button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || app.execute(`ACK ${number}`)}>Acknowledge${number === 1 ? " F8" : ""}</button>`}
    </li>`;
  }

  /** @param {any} consult */
  #consult(consult) {
    const who = consult.requester_unit ?? consult.requester_agency;
    return html`<li class="alert-line">
      <b class="busy">☎ CONS</b>
      <span class="what">${who} asks: ${valueWords(consult.question)}${consult.call_number ? ` · call ${consult.call_number}` : ""}</span>
      ${consult.answered_at
        ? html`<span>${consult.answering_unit ?? "CARE"} answers</span>
            <button type="button" @click=${() => this.app.prefill("CON ", "name the result")}>End</button>`
        : html`<span class="since" data-since=${consult.asked_at} data-limit="consult"></span>
            <button type="button" @click=${() => this.app.prefill("CON CARE", "name the CARE unit that answers")}>Answer</button>`}
    </li>`;
  }
}

customElements.define("care-alerts", Alerts);
