// @ts-check
/** Every unit in service: what it is, what it does, since when and where; a click names it on the command line. */

import { guard, html, nothing, repeat } from "../../vendor/lit.js";
import { ofServer } from "../timers.js";
import { canBeSent, conditions } from "../recommend.js";
import { DISCIPLINES, DISCIPLINE_LABEL, UNIT_STATUS } from "../words.js";
import { Part } from "./part.js";

class Units extends Part {
  get units() {
    const place = (/** @type {any} */ unit) => DISCIPLINES.indexOf(unit.discipline) + (unit.status === "off_duty" ? 10 : 0);
    return this.app.units.sort((a, b) => place(a) - place(b));
  }

  render() {
    const { units } = this;
    const free = units.filter((unit) => unit.status === "available").length;
    return html`
      <h2 id="units-title">Units ${free} free of ${units.filter((unit) => unit.status !== "off_duty").length}</h2>
      <div class="grid units" role="table" aria-labelledby="units-title">
        ${repeat(units, (unit) => unit.id, (unit) => guard([unit], () => this.#row(unit)))}
      </div>`;
  }

  /** @param {any} unit */
  #row(unit) {
    const word = UNIT_STATUS[unit.status];
    const on = unit.assignment;
    const crew = unit.crew.map((/** @type {any} */ member) => member.name).join(", ");
    return html`<div class="row" role="row" data-unit=${unit.callsign}>
      <span role="cell"><button type="button" class="plain" title=${`${DISCIPLINE_LABEL[unit.discipline]}, ${unit.agency.name}; ${crew || "no crew signed on"}`}
        @click=${() => this.#choose(unit)}>${unit.callsign}</button></span>
      <span role="cell" class=${unit.emergency ? "alarm" : word.tone}>${unit.emergency ? html`<b>▲▲HELP</b>` : `${word.glyph} ${word.code}`}<span class="heard"> ${word.label}</span></span>
      <span role="cell" class="since" data-since=${unit.status_at ?? ""} data-said=${ofServer(on?.late)}></span>
      <span role="cell">${on
        ? html`<button type="button" class="plain" @click=${() => this.app.openCall(on.call_id)}>${on.call_number}<span class="heard"> open call</span></button>`
        : ""}</span>
      <span role="cell" class="second">${unit.mirrored_from || unit.stack?.length || unit.crew.some((/** @type {any} */ one) => one.forced || one.lacking?.length) ? html`<care-marks .of=${unit}></care-marks> ` : nothing}${unit.unavailable_reason ? this.app.label("away_reasons", unit.unavailable_reason) : on?.role === "stage" && !on.cleared_to_enter_at ? "stages for police" : unit.home}</span>
    </div>`;
  }

  /** @param {any} unit */
  #choose(unit) {
    const open = this.app.shownCall;
    if (canBeSent(unit) && open) this.app.prefill(`D #${open.number} ${unit.callsign} `, ["Enter sends", ...conditions(this.app, [unit])].join("; "));
    else this.app.execute(unit.callsign);
  }
}

customElements.define("care-units", Units);
