// @ts-check
/** Premise: how often this flat and this building called before, how long ago, and the dangers on record then. */

import { html, nothing } from "../../vendor/lit.js";
import { Premise } from "../premise.js";
import { CALL_STATUS } from "../words.js";
import { Part } from "./part.js";

class PremisePanel extends Part {
  static properties = { open: { state: true } };

  constructor() {
    super();
    this.open = false;
    this.premise = new Premise(() => this.requestUpdate());
  }

  willUpdate() {
    if (this.app.desk.card) this.premise.look(this.app.desk.card);
  }

  render() {
    const { card } = this.app.desk;
    const { found, problem } = this.premise;
    if (!card) return nothing;
    if (problem) return html`<p class="enrt">△ Earlier calls not known: ${problem} <button type="button" @click=${() => this.premise.again(card)}>Ask again</button></p>`;
    if (!found) return nothing;
    if (!found.calls.length) return html`<p class="second">Premise: ${found.words}</p>`;
    return html`<p><button type="button" class="plain" aria-expanded=${this.open} @click=${() => (this.open = !this.open)}>Premise: ${found.words}</button></p>
      ${this.open ? html`<section class="panel" aria-label="Earlier calls of this place"><ul class="owed">${found.calls.map((/** @type {any} */ one) => this.#one(one))}</ul>
        ${found.note ? html`<p class="second">${found.note}</p>` : nothing}</section>` : nothing}`;
  }

  /** @param {any} one */
  #one(one) {
    const { app } = this;
    const ended = one.closed_as ? app.label("closed_as", one.closed_as) : `open: ${CALL_STATUS[one.status].label}`;
    return html`<li data-earlier=${one.call_id}><b>${one.age}</b>
      <button type="button" class="plain" @click=${() => app.openCall(one.call_id)}>Call ${one.name}</button>
      <bdi>${one.nature}</bdi> <span class="second">${ended}</span>
      ${one.where ? html`<b class=${one.flat === "unknown" ? "enrt" : ""}>${one.where}</b>` : nothing}
      ${one.dangers.map((/** @type {string} */ words) => html`<b class="alarm">▲ ${words}</b>`)}</li>`;
  }
}

customElements.define("care-premise", PremisePanel);
