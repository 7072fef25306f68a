// @ts-check
/** A consult as one line among what needs somebody now: who asks, since when, who is asked, what is missing. */

import { html, nothing } from "../../vendor/lit.js";
import { whoAsks } from "../commands/consults.js";
import { ofServer } from "../timers.js";
import { Part, again } from "./part.js";

class ConsultLine extends Part {
  static properties = { consult: { attribute: false } };

  constructor() {
    super();
    /** @type {any} */
    this.consult = null;
  }

  /** News to whoever is not looking: somebody asks, and later that nobody has answered in time.
   * @param {Map<string, any>} changed */
  willUpdate(changed) {
    const { app, consult } = this;
    if (!changed.has("consult") || consult.answered_at || consult.ended_at) return;
    const before = changed.get("consult");
    const late = consult.late >= 2;
    const stood = app.clock.now() - Date.parse(consult.asked_at) > 15_000; // before this console came
    if (before ? before.late >= 2 || !late : stood) return;
    app.announcer.say(`Consult ${late ? "overdue" : "asked"}: ${whoAsks(consult)}`, late);
    app.sounds.play(late ? "alert" : "tick");
  }

  render() {
    const { app, consult } = this;
    const who = whoAsks(consult);
    const about = app.label("consult_questions", consult.question).toLowerCase();
    if (consult.ended_at) return toConfirm(app, consult, `${who}: did the consult help (${about})?`);
    const on = consult.call_number ? ` · call ${consult.call_number}` : "";
    const answer = `CON ${consult.offered_to ?? "CARE"} ${who}`;
    return html`<b class="busy">☎ CONS</b>
      <span class="what">${who} asks: ${about}${consult.mode === "phone" ? "" : ` (${consult.mode})`}${on}</span>
      ${consult.answered_at ? html`<span>${consult.answering_unit ?? "CARE"} answers</span>` : waiting(consult)}
      ${consult.becomes_dispatch
        ? html`<b class="alarm">▲ becomes a dispatch? ${consult.missing.join(" ")}</b>
            <button type="button" @click=${() => app.prefill(`COND ${who}; ${consult.location}`, "the place, then Enter")}>Make it a call</button>`
        : nothing}
      ${consult.answered_at
        ? html`<button type="button" @click=${() => app.prefill(`CON ${who} `, "result, kind of advice; what they were told")}>End</button>`
        : html`<button type="button" @click=${() => app.prefill(answer, "the CARE unit that answers")}>Answer</button>`}
      <button type="button" @click=${() => app.execute("CON")}>Open</button>`;
  }
}

/** @param {any} consult */
function waiting(consult) {
  return html`<span class="since" data-since=${consult.asked_at} data-said=${ofServer(consult.late)}></span>
    <span>${consult.offered_to ? `${consult.offered_to} is asked` : consult.mode === "scene" ? "send CARE" : "nobody is left to ask"}</span>`;
}

/** @param {import("../app.js").App} app @param {any} consult @param {string} question */
function toConfirm(app, consult, question) {
  const confirm = (/** @type {string} */ value) => (/** @type {MouseEvent} */ event) =>
    again(event) || app.execute(`CONF ${whoAsks(consult)} ${value}`);
  return html`<b class="busy">☎ ASK</b> <span class="what">${question}</span>
    ${(app.vocabulary?.consult_confirmations ?? []).map(
      (/** @type {any} */ pair) => html`<button type="button" @click=${confirm(pair.value)}>${pair.label}</button>`,
    )}`;
}

customElements.define("care-consult-line", ConsultLine);
