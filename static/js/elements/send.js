// @ts-check
/** Whom to send: the best choice first, armed by F4 and sent by Enter; what is missing is said. */

import { html, nothing } from "../../vendor/lit.js";
import { askFirst, stillNeeded } from "../recommend.js";
import { DISCIPLINE_LABEL, valueWords } from "../words.js";
import "./ladder.js";
import { Part } from "./part.js";

const SHOWN = 3;

class Send extends Part {
  render() {
    const { card } = this.app.desk;
    if (!card || card.status === "closed" || !this.app.store.get("call", card.id)) return nothing;
    const needed = stillNeeded(card);
    const owed = html`<care-ladder></care-ladder>`;
    if (!needed.length) return html`<section class="panel"><p class="second">Every service asked for is on the call.</p></section>${owed}`;
    const found = this.app.recommended(card.id);
    const { advice } = this.app;
    const answer = advice?.callId === card.id ? advice.found : null;
    const missing = answer ? Object.keys(answer.unfilled) : [];
    return html`<section class="panel send" aria-labelledby="send-title">
      <h3 id="send-title">Send <span class="second">asked for and not there: ${needed.map((service) => DISCIPLINE_LABEL[service]).join(", ")}</span></h3>
      ${missing.length ? html`<p class="alarm">▲ No free unit for: ${missing.map((service) => DISCIPLINE_LABEL[service]).join(", ")}</p>` : nothing}
      ${advice?.problem ? html`<p class="alarm">▲ Not known whom to send: ${advice.problem} Send by name: D and callsigns.</p>` : nothing}
      ${(answer?.warnings ?? []).map((/** @type {string} */ words) => html`<p class="alarm">▲ ${words}</p>`)}
      ${(answer?.shortfalls ?? []).map((/** @type {string} */ words) => html`<p class="second">△ ${words}</p>`)}
      ${(answer?.sooner ?? []).map((/** @type {any} */ one) => html`<p>△ ${one.words}</p>`)}
      <ol>${found.slice(0, SHOWN).map(
        (choice, index) => html`<li>
          <button type="button" class=${index ? "" : "go"} @click=${() => this.#arm(index + 1)}>${index ? "" : "F4 "}${choice.units.map((unit) => unit.callsign).join(" + ")}</button>
          <span class="second">${choice.why.join(" · ")}${choice.words ? html`<br>${choice.words}` : nothing}</span>
          ${choice.alone ? html`<b class="alarm">CARE without police: needs a reason</b>` : this.#askFirst(card, choice.units)}
        </li>`,
      )}</ol>
      ${answer?.excluded.length ? html`<details><summary>Not offered: ${answer.excluded.length}</summary><p class="second">${answer.excluded
        .map((/** @type {any} */ out) => `${out.callsign}: ${out.reason}`).join(" · ")}</p></details>` : nothing}
      ${answer ? html`<p class="second">by ${answer.plan}${answer.plan_version ? ` v${answer.plan_version}` : ""}</p>` : nothing}
    </section>${owed}`;
  }

  /** @param {any} card @param {any[]} units */
  #askFirst(card, units) {
    const asked = askFirst(card, this.app.desk.detail, units);
    return asked.length ? html`<b class="alarm">ask first: ${asked.map(valueWords).join(", ")}</b>` : nothing;
  }

  /** @param {number} number */
  #arm(number) {
    dispatchEvent(new CustomEvent("arm", { detail: { number } }));
  }
}

customElements.define("care-send", Send);
