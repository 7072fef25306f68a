// @ts-check
/** The marks on a row of the board that few rows have: taken from here, waits for a unit, a status that lives elsewhere,
 * somebody aboard without what the unit is sent for. */

import { html, nothing } from "../../vendor/lit.js";
import { about, troubles } from "../aboard.js";
import { Part } from "./part.js";

class Marks extends Part {
  static properties = { of: { attribute: false } };

  constructor() {
    super();
    /** @type {any} a call or a unit */
    this.of = {};
  }

  render() {
    const { cautions = [], taken = [], stacked = [], stack = [], mirrored_from: from, crew = [] } = this.of;
    return html`${cautions.length ? this.#cautions(cautions) : nothing}${taken.length ? this.#taken(taken) : nothing}${stacked.length ? this.#stacked(stacked) : nothing}
      ${crew.length ? this.#crew() : nothing}${from ? this.#mirror(from) : nothing}${stack.length ? this.#stack(stack) : nothing}`;
  }

  /** The gravest stands first. @param {any[]} cautions */
  #cautions(cautions) {
    const [{ severity, text }] = cautions;
    return html`<b class=${severity === "danger" ? "alarm" : "enrt"} title=${text}>${severity === "danger" ? "▲" : severity === "caution" ? "△" : "ℹ"}${cautions.length > 1 ? cautions.length : ""}<span class="heard"> caution: ${text}</span></b> `;
  }

  /** @param {any[]} taken */
  #taken(taken) {
    const words = taken.map((one) => `${one.callsign} was taken for call ${one.for}`).join(", ");
    return html`<b class="enrt" title=${words}>← ${taken.map((one) => one.callsign).join(" ")}<span class="heard"> ${words}</span></b> `;
  }

  /** @param {any[]} stacked */
  #stacked(stacked) {
    return html`<b class="enrt" title="waits for a unit that is busy">▤ ${stacked.map((one) => one.callsign).join(" ")}<span class="heard"> waits for it</span></b>`;
  }

  /** Somebody is aboard whose credential is not in force; a press says all of the unit. */
  #crew() {
    const words = troubles(this.of).join("; ");
    return words ? html`<button type="button" class="plain waits alarm" title=${words} @click=${() => this.app.echo(true, about(this.app, this.of))}>▲crew<span class="heard"> ${words}</span></button> ` : nothing;
  }

  /** Whose status it is, and how old. @param {string} from */
  #mirror(from) {
    const { mirrored_at: at } = this.of;
    const words = `Its status is ${from}'s, and this old; D asks for it`;
    return html`<b title=${words}>⇅ ${at ? html`<span data-since=${at}></span>` : "never heard"} ${from}</b> `;
  }

  /** The calls that wait for it, the next one first. @param {any[]} stack */
  #stack(stack) {
    return html`<b class="enrt" title=${`Calls that wait for ${this.of.callsign}`}>▤<span class="heard"> waits for it: call</span></b>
      ${stack.map((one) => html`<button type="button" class="plain waits" @click=${() => this.app.openCall(one.call_id)}>${one.number}</button> `)}`;
  }
}

customElements.define("care-marks", Marks);
