// @ts-check
/** Open consults in full: what was said, what is read back, who is missing; and for the supervisor what they come to. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { post, read } from "../api.js";
import { whoAsks } from "../commands/consults.js";
import { ofServer } from "../timers.js";
import { valueWords } from "../words.js";
import { Part } from "./part.js";

/** @param {HTMLFormElement} form @param {string} name */
const ticked = (form, name) => /** @type {string[]} */ (new FormData(form).getAll(name));

class Consults extends Part {
  static properties = { counts: { state: true } };

  constructor() {
    super();
    /** @type {any} */
    this.counts = null;
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.app.me?.role === "supervisor") read("/api/consults/counts/").then((found) => (this.counts = found)).catch(() => {});
  }

  render() {
    const open = this.app.store.all("consult").filter((consult) => !consult.ended_at).sort((a, b) => a.id - b.id);
    return html`<h2>Consults ${open.length}</h2>
      ${open.length ? nothing : html`<p class="second">Nobody asks. CON P101 capacity; words: writes down who asks.</p>`}
      ${repeat(open, (consult) => consult.id, (consult) => this.#consult(consult))}
      ${this.counts ? counted(this.app, this.counts) : nothing}
      <button type="button" @click=${() => this.#close()}>Back to the call</button>`;
  }

  /** @param {any} consult */
  #consult(consult) {
    const { app } = this;
    const title = `consult-${consult.id}`;
    return html`<section class="panel consult" aria-labelledby=${title}>
      <h3 id=${title}>${whoAsks(consult)}: ${app.label("consult_questions", consult.question)}
        <span class="right">${consult.answered_at
          ? `${consult.answering_unit ?? "CARE"} since ${app.time(consult.answered_at)}`
          : html`<span class="since" data-since=${consult.asked_at} data-said=${ofServer(consult.late)}></span> ${consult.offered_to ? `${consult.offered_to} is asked` : ""}`}</span></h3>
      ${consult.details ? html`<p><q>${consult.details}</q></p>` : nothing}
      ${consult.location ? html`<p>${consult.location}</p>` : nothing}
      ${consult.call_id ? html`<p>Call <button type="button" class="plain" @click=${() => app.openCall(consult.call_id)}>${consult.call_number}</button></p>` : nothing}
      <p>${consult.said.length ? consult.said.join(" · ") : "Nothing was said of dangers."}</p>
      ${consult.becomes_dispatch ? html`<p class="alarm">▲ Becomes a dispatch? ${consult.missing.join(" ")}</p>` : nothing}
      ${consult.answered_at ? nothing : this.#turn(consult)}
      ${this.#readBack(consult)}
      ${consult.dispatched_at ? nothing : html`<form class="fields" @submit=${(/** @type {SubmitEvent} */ event) => this.#dispatch(event, consult)}>
        ${consult.call_id ? nothing : html`<label>Where <input name="location" maxlength="300" .defaultValue=${consult.location}></label>`}
        <button>${consult.call_id ? `Somebody must come to call ${consult.call_number}` : "Make it a call"}</button></form>`}
      ${this.#end(consult)}
    </section>`;
  }

  /** Who answers, or passes. @param {any} consult */
  #turn(consult) {
    const { app } = this;
    return html`<p><button type="button" @click=${() => app.prefill(`CON ${consult.offered_to ?? "CARE"} ${whoAsks(consult)}`, "the CARE unit that answers")}>Answer</button>
      ${consult.offered_to
        ? html`<button type="button" @click=${() => app.prefill(`CONP ${consult.offered_to} `, "why: driving, with_person, other_consult, …")}>Next clinician</button>`
        : nothing}</p>`;
  }

  /** @param {any} consult */
  #readBack(consult) {
    const there = this.app.vocabulary?.consult_with_person ?? [];
    return html`<form @submit=${(/** @type {SubmitEvent} */ event) => this.#saidBack(event, consult)}>
      <p role="group" aria-label="Who is with the person">With the person:
        ${there.map((/** @type {any} */ pair) => html`<label class="check"><input type="checkbox" name="with" value=${pair.value} ?checked=${consult.with_person.includes(pair.value)}> ${pair.label}</label>`)}</p>
      ${consult.ask.map(
        (/** @type {any} */ question) => html`<p><label>${question.text}
          <select name=${question.fact}><option value="">not asked</option>
            ${question.values.map((/** @type {string} */ value) => html`<option value=${value}>${valueWords(value)}</option>`)}</select></label></p>`,
      )}
      <button>${consult.read_back_at ? `Read back ${this.app.time(consult.read_back_at)}; again` : "Read back"}</button></form>`;
  }

  /** @param {any} consult */
  #end(consult) {
    const { app } = this;
    const words = (/** @type {string} */ list) =>
      (app.vocabulary?.[list] ?? []).map((/** @type {any} */ pair) => html`<option value=${pair.value}>${pair.label}</option>`);
    const form = `consult:${consult.id}`;
    const kept = app.drafts?.get(form)?.data.text ?? "";
    return html`<details><summary>End it</summary>
      <form class="fields" @submit=${(/** @type {SubmitEvent} */ event) => this.#ended(event, consult)}>
        <label>Result <select name="result" required>${words("consult_results")}</select></label>
        ${consult.answered_at ? html`<label>Kind of advice <select name="advice_type" required><option value=""></option>${words("consult_advice")}</select></label>` : nothing}
        ${consult.becomes_dispatch ? html`<label>Why is nobody sent <select name="uncovered_reason"><option value=""></option>${words("consult_uncovered")}</select></label>` : nothing}
        ${consult.answered_at ? html`<label>What ${whoAsks(consult)} was told (they read it)
          <textarea name="recommendation" required maxlength="2000" .defaultValue=${kept}
            @input=${(/** @type {any} */ event) => app.drafts.keep(form, event.target.value ? { text: event.target.value } : null)}></textarea></label>` : nothing}
        <button>End the consult</button></form></details>`;
  }

  /** @param {SubmitEvent} event @param {any} consult */
  async #saidBack(event, consult) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const answers = consult.ask.map((/** @type {any} */ { fact }) => [fact, ticked(form, fact)[0]]);
    const facts = Object.fromEntries(answers.filter((/** @type {any[]} */ [, value]) => value));
    await this.app.attempt(async () => {
      await post(`/api/consults/${consult.id}/read-back/`, { facts, with_person: ticked(form, "with") });
      return `Read back to ${whoAsks(consult)}`;
    });
  }

  /** @param {SubmitEvent} event @param {any} consult */
  #dispatch(event, consult) {
    event.preventDefault();
    const location = ticked(/** @type {HTMLFormElement} */ (event.target), "location")[0] ?? "";
    this.app.attempt(async () => {
      const { call_id, number } = await post(`/api/consults/${consult.id}/dispatch/`, location ? { location } : {});
      this.app.openCall(call_id);
      return `The consult of ${whoAsks(consult)} is call ${number}`;
    });
  }

  /** @param {SubmitEvent} event @param {any} consult */
  async #ended(event, consult) {
    event.preventDefault();
    const said = [...new FormData(/** @type {HTMLFormElement} */ (event.target))].filter(([, value]) => value);
    const done = await this.app.attempt(async () => {
      await post(`/api/consults/${consult.id}/end/`, Object.fromEntries(said));
      return `Consult of ${whoAsks(consult)} ended`;
    });
    if (done) this.app.drafts.wipe(`consult:${consult.id}`);
  }

  #close() {
    this.app.showCall();
    this.app.toLine();
  }
}

/** What the consults of the last thirty days come to. @param {import("../app.js").App} app @param {any} counts */
function counted(app, counts) {
  const { answer, without_unit: without, spared } = counts;
  const minutes = (/** @type {number | null} */ seconds) => (seconds === null ? "–" : `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`);
  const rows = (/** @type {string} */ list, /** @type {Record<string, number>} */ found) =>
    Object.entries(found).map(([value, n]) => html`<dt>${app.label(list, value)}</dt><dd>${n}</dd>`);
  return html`<section class="panel" aria-labelledby="consult-counts">
    <h3 id="consult-counts">Last 30 days: ${counts.asked} asked</h3>
    <dl class="counts">
      <dt>Answered after</dt><dd>${minutes(answer.median_seconds)} median, ${minutes(answer.p90_seconds)} nine of ten; ${answer.missing} not answered</dd>
      <dt>Ended without a unit</dt><dd>${without.count} of ${without.of}</dd>
      <dt>Unit-hours spared</dt><dd>${spared.unit_hours}, counted on ${spared.counted} confirmed. ${spared.assumption}</dd>
      ${rows("consult_requesters", counts.by_requester)}
      ${rows("consult_results", counts.by_result)}
    </dl>
  </section>`;
}

customElements.define("care-consults", Consults);
