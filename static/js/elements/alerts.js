// @ts-check
/** What needs somebody now: alerts that stay until they are dealt with, consults that wait, notes that did not get through. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { Part, again } from "./part.js";

class Alerts extends Part {
  render() {
    const { app } = this;
    return html`
      <ol class="alerts" aria-label="Alerts">
        ${repeat(app.alerts, (alert) => alert.id, (alert, index) => this.#alert(alert, index + 1))}
      </ol>
      <ul class="alerts consults" aria-label="Consults">
        ${repeat(app.store.all("consult"), (consult) => consult.id, (consult) => html`<li><care-consult-line class="alert-line" .consult=${consult}></care-consult-line></li>`)}
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
    const emergency = alert.urgency === 3;
    const quiet = alert.acknowledged_at || alert.shelved_until;
    return html`<li class="alert-line ${emergency ? "emergency" : ""} ${quiet ? "quiet" : ""}">
      <b class=${quiet ? "" : "alarm"}>!${number} ${emergency ? "▲▲" : quiet ? "✓" : "▲"}</b>
      ${alert.call_id && app.store.get("call", alert.call_id)
        ? html`<button type="button" @click=${() => app.openCall(alert.call_id)}>${alert.call_number}</button>`
        : nothing}
      <span class="what">${alert.text}</span>
      ${emergency ? this.#place(alert) : nothing}
      <span class="since" data-since=${alert.asked_at}></span>
      ${alert.escalated_to === "all" ? html`<b>ESCALATED TO ALL</b>` : alert.escalated_to ? html`<b>ESCALATED</b>` : nothing}
      ${alert.shelved_until ? html`<span>shelved until ${app.time(alert.shelved_until)}: ${alert.shelve_reason}</span>` : nothing}
      ${alert.acknowledged_at ? html`<span>acknowledged by ${alert.acknowledged_by || "a dispatcher"} ${app.time(alert.acknowledged_at)}</span>` : nothing}
      ${this.#answers(alert, number)}
    </li>`;
  }

  /** Where the unit was last, and how old that is. @param {any} alert */
  #place({ unit_id }) {
    const unit = this.app.store.get("unit", unit_id);
    if (!unit?.position) return html`<b>position not known</b>`;
    const { lat, lng, at, shared } = unit.position;
    return html`<span>${shared ? "phone " : ""}last seen at ${lat.toFixed(5)}, ${lng.toFixed(5)}</span> <span class="since" data-since=${at}></span> <span>ago</span>`;
  }

  /** @param {any} alert @param {number} number */
  #answers(alert, number) {
    const { app } = this;
    /** @param {string} line @returns {(event: MouseEvent) => void} */
    const types = (line) => (event) => again(event) || app.execute(line);
    const waiting = alert.tell.filter((/** @type {any} */ row) => !row.told_at);
    if (waiting.length) {
      return html`${waiting.map((/** @type {any} */ row) => html`<button type="button" @click=${types(`TOLD ${row.callsign} ${number}`)}>${row.callsign} told</button>`)}
        <span class="second">stays until each is told</span>`;
    }
    if (alert.urgency === 3 && alert.acknowledged_at) {
      const reasons = (app.vocabulary?.end_reasons ?? []).map((/** @type {any} */ { value }) => value).join(" ");
      return html`<button type="button" @click=${() => app.prefill(`OVER ${number} `, reasons)}>It is over…</button>`;
    }
    if (alert.acknowledged_at) return nothing;
    return html`<button type="button" @click=${types(`ACK ${number}`)}>Acknowledge${number === 1 ? " F8" : ""}</button>
      ${alert.urgency === 3 || alert.shelved_until ? nothing : html`<button type="button" class="plain" @click=${() => app.prefill(`SHV 5m ${number}; `, "say why; it comes back after 5 min, 15 at most")}>shelve</button>`}`;
  }
}

customElements.define("care-alerts", Alerts);
