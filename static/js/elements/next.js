// @ts-check
/** What is proposed and asked across: a unit that came free and the call that waits for it, units asked of a partner. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { Part, again } from "./part.js";

class Next extends Part {
  render() {
    const free = this.app.units.filter((unit) => unit.status === "available" && unit.stack?.[0]?.proposed_at);
    return html`${free.length
      ? html`<ul class="alerts consults" aria-label="Calls that wait for a unit that is free">${repeat(free, (unit) => unit.id, (unit) => this.#proposal(unit))}</ul>`
      : nothing}`;
  }

  /** @param {any} unit */
  #proposal({ callsign, stack }) {
    const { app } = this;
    const [next, ...later] = stack;
    const call = app.store.get("call", next.call_id);
    return html`<li class="alert-line">
      <b class="busy">⧗ NEXT</b>
      <span class="what">${callsign} is free: call ${next.number} waits for it${call ? `, ${call.priority === "P" ? "▲P" : `P${call.priority}`} ${call.mode} ${call.nature}` : ""}${later.length ? ` · then ${later.map((/** @type {any} */ one) => one.number).join(", ")}` : ""}</span>
      <span class="since" data-since=${next.proposed_at}></span>
      <button type="button" class="go" @click=${(/** @type {MouseEvent} */ event) => again(event) || app.prefill(`D #${next.number} ${callsign}`, "Enter sends")}>Send</button>
      <button type="button" @click=${() => app.openCall(next.call_id)}>Open</button>
      <button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || app.execute(`UNS #${next.number} ${callsign}`)}>Unstack</button>
    </li>`;
  }
}

customElements.define("care-next", Next);
