// @ts-check
/** What is done instead while nobody of CARE is free, the next step first in sight, and the reason that is owed for it. */

import { html, nothing } from "../../vendor/lit.js";
import { Part, again } from "./part.js";

class Ladder extends Part {
  render() {
    const { card } = this.app.desk;
    const { advice } = this.app;
    if (!card || card.status === "closed") return nothing;
    const rungs = (advice?.callId === card.id && advice?.found?.ladder) || [];
    const owed = card.unmet && !card.unmet.reason;
    if (!rungs.length && !owed && !card.clinician_call) return nothing;
    return html`<section class="panel ladder" aria-labelledby="ladder-title">
      <h3 id="ladder-title">No CARE team ${card.unmet?.instead.length ? html`<span class="second">done: ${card.unmet.instead.map((/** @type {string} */ step) => this.app.label("instead", step)).join(" · ")}</span>` : nothing}</h3>
      ${owed ? this.#owed(card) : nothing}
      ${card.clinician_call ? this.#clinician(card) : nothing}
      ${rungs.length ? html`<ol>${rungs.map((/** @type {any} */ rung) => this.#rung(rung))}</ol>` : nothing}
    </section>`;
  }

  /** A click does the line and gives the keys back to the command line. @param {string} line */
  #say = (line) => (/** @type {MouseEvent} */ event) => {
    if (again(event)) return;
    this.app.execute(line);
    this.app.toLine();
  };

  /** Others are there or on the way; why CARE is not is one click or WHY. @param {any} card */
  #owed(card) {
    return html`<p class="steps"><b class="enrt">△ CARE not sent, why?</b>
      ${(this.app.vocabulary?.not_sent ?? []).map((/** @type {any} */ { value, label }) => html`<button type="button" @click=${this.#say(`WHY #${card.number} ${value}`)}>${label}</button>`)}
      <span class="key">WHY</span></p>`;
  }

  /** @param {any} card */
  #clinician({ number, clinician_call: { due_at: due, mode } }) {
    const late = Date.parse(due) < this.app.clock.now();
    return html`<p class="steps"><b class=${late ? "alarm" : "busy"}>${late ? "▲" : ""} ☎ clinician ${mode === "text" ? "writes" : "calls"} by ${this.app.time(due)}</b>
      ${(this.app.vocabulary?.clinician_results ?? []).map((/** @type {any} */ { value, label }) => html`<button type="button" @click=${this.#say(`CB #${number} ${value}`)}>${label}</button>`)}</p>`;
  }

  /** That a call back is safe, or when others are there, is nobody's to say by a click: the line waits for Enter. @param {string} command */
  #take(command) {
    if (command.endsWith(" safe")) return () => this.app.prefill(command, "Enter only when YOU know that a call back is safe; text instead of safe writes");
    if (command.startsWith("MC ")) return () => this.app.prefill(`${command} `, "in how many minutes mobile crisis says it is there");
    return this.#say(command);
  }

  /** @param {any} rung */
  #rung({ label, command, words, taken, blocked, next }) {
    const state = taken ? html`<span class="scene">✓ ${label}</span>` : blocked ? html`<span class="second">✕ ${label}</span>`
      : html`<button type="button" class=${next ? "go" : ""} @click=${this.#take(command)}>${next ? "▸ " : ""}${label}</button>`;
    return html`<li>${state} <span class="second">${taken || !blocked ? words : blocked}${!taken && !blocked ? html` <span class="key">${command}</span>` : nothing}</span>${next ? html`<span class="heard">next step</span>` : nothing}</li>`;
  }
}

customElements.define("care-ladder", Ladder);
