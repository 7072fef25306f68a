// @ts-check
/** Open calls that the call being typed may be about: listed with reasons, attached only by whoever takes the call. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { post } from "../api.js";
import { CALL_STATUS } from "../words.js";
import { Part } from "./part.js";

const SETTLE_MS = 300;

class Suspects extends Part {
  static properties = { of: { attribute: false }, calls: { state: true } };

  constructor() {
    super();
    /** What is typed. @type {any} */
    this.of = {};
    /** @type {(call: any) => void} */
    this.attach = () => {};
    /** @type {any[]} */
    this.calls = [];
    this.said = "";
    this.where = "";
    this.asked = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  willUpdate() {
    const { location = "", location_detail: detail = "", nature = "", caller = {} } = this.of;
    const body = { location: location.trim(), location_detail: detail.trim(), nature: nature.trim(), phone: (caller.phone ?? "").trim() };
    const said = JSON.stringify(body);
    if (said === this.said) return;
    this.said = said;
    const where = JSON.stringify({ ...body, nature: "" });
    if (where !== this.where) {
      // What was listed, or is being looked up, is about another place: nobody is attached to it by a key pressed now.
      this.where = where;
      this.calls = [];
      this.asked += 1;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#look(body), SETTLE_MS);
  }

  /** @param {any} body */
  async #look(body) {
    const asked = (this.asked += 1);
    try {
      const { calls } = body.location.length >= 3 || body.phone ? await post("/api/duplicates/", body) : { calls: [] };
      if (asked === this.asked) this.calls = calls;
    } catch {
      if (asked === this.asked) this.calls = []; // the call is taken without it
    }
  }

  render() {
    const { calls } = this;
    if (!calls.length) return nothing;
    return html`<section class="panel" aria-label="Open calls this may be about"><h3>May be open already <span class="second">Ctrl+Enter takes it as a call of its own</span></h3>
      <ul class="owed">${repeat(calls, (call) => call.id, (call, index) => html`<li data-suspect=${call.id}>
        <b>${call.number}</b> <span class=${CALL_STATUS[call.status].tone}>${CALL_STATUS[call.status].glyph} ${CALL_STATUS[call.status].code}</span>
        <bdi>${call.nature}</bdi> · <bdi>${call.location}${call.location_detail ? `, ${call.location_detail}` : ""}</bdi> <b class="enrt">${call.reasons.join(" · ")}</b>
        ${call.assignments.length ? html`<span class="second">${call.assignments.map((/** @type {any} */ row) => row.callsign).join(" ")}</span>` : nothing}
        <button type="button" @click=${() => this.attach(call)}>Attach to ${call.number}${index ? "" : " (Ctrl+Shift+Enter)"}</button></li>`)}</ul></section>`;
  }
}

customElements.define("care-suspects", Suspects);
