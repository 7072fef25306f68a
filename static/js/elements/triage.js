// @ts-check
/** Triage in the order that keeps people thinking: what is not known, what speaks for it, what was blocked, what would change it. */

import { html, nothing } from "../../vendor/lit.js";
import { MARK, ofServer } from "../timers.js";
import { QUESTION_KEYS, WORD_OF_RESPONSE, valueWords } from "../words.js";
import { Part, again, opensFirst } from "./part.js";

const KEY_OF_FACT = Object.fromEntries(Object.entries(QUESTION_KEYS).map(([key, fact]) => [fact, key]));
/** Answers one click away; any other value of the fact is in the list beside them. */
const QUICK = ["denied", "unknown"];
/** So many questions are in sight, the ones that would change the answer most; the others are one click away. */
const FIRST = 4;

/** One key answers the question the focus is on. @type {Record<string, string>} */
const ANSWER_KEYS = { n: "denied", u: "unknown" };

class Triage extends Part {
  constructor() {
    super();
    /** Questions are being answered by key: when the answered one goes, the focus is the next one's. */
    this.asking = false;
  }

  focusGone() {
    if (!this.asking || !this.focusOn(".questions button")) super.focusGone();
    this.asking = false;
  }

  render() {
    const { app } = this;
    const { card, detail } = app.desk;
    if (!card) return nothing;
    const verdict = detail?.verdict;
    return html`<section class="panel triage" aria-labelledby="triage-title">
      <h3 id="triage-title">Triage <b class="mode">${card.mode}</b> ${card.mode_label}${card.level ? ` · level ${card.level}` : ""}
        ${card.overridden ? html`<b>set by hand${detail?.mode_reason ? `: ${app.label("mode_reasons", detail.mode_reason)}${detail.mode_note ? `, \u2068${detail.mode_note}\u2069` : ""}` : ""}</b>` : nothing}
        <span class="second right">${verdict ? `rules v${verdict.rule_set ?? "–"} · ${app.time(verdict.decided_at)}` : "not yet triaged"}</span></h3>
      ${verdict ? this.#proof(verdict, detail) : nothing}
      ${this.#modes(card)}
    </section>`;
  }

  /** @param {any} verdict @param {any} detail */
  #proof(verdict, detail) {
    const said = this.#said(detail);
    return html`
      ${this.#questions(verdict, detail)}
      <dl>
        <dt>for</dt>
        <dd>${verdict.hits?.length
          ? html`<ul>${verdict.hits.map((/** @type {any} */ hit) => html`<li><b>${hit.id}</b> ${hit.because}</li>`)}</ul>`
          : verdict.because || "no rule speaks for more than CARE"}
          ${said.length
            ? html`<ul class="said">${said.map((row) => html`<li>${this.#label(row.fact)}: ${valueWords(row.value)}
                ${row.evidence ? html`<q>${row.evidence}</q>` : nothing}
                <span class="second">${row.confirmed ? row.stated_by : "read from the text, not confirmed"} ${this.app.time(row.stated_at)}</span>
                ${row.confirmed ? nothing : html`<button type="button" @click=${() => this.#answer(row.fact, row.value)}>confirm</button>`}</li>`)}</ul>`
            : nothing}</dd>
        <dt>against less</dt>
        <dd>${verdict.blocked?.length ? verdict.blocked.map((/** @type {any} */ hit) => html`<b>${hit.id}</b> ${hit.title}. `) : "none"}</dd>
        <dt>would change</dt>
        <dd>${verdict.would_change?.length ? this.#changes(verdict.would_change) : "no single answer"}</dd>
      </dl>`;
  }

  /** The single answers that would lead elsewhere, grouped by where. @param {any[]} changes */
  #changes(changes) {
    /** @type {Map<string, string[]>} */
    const leading = new Map();
    for (const { fact, value, level, response, only_by_a_unit: seen } of changes) {
      const to = `${level ? `level ${level}, ` : ""}${this.app.label("responses", response)}`;
      const said = `${this.#label(fact)} ${valueWords(value)}${seen ? " (only a unit that has seen it)" : ""}`;
      leading.set(to, [...(leading.get(to) ?? []), said]);
    }
    return [...leading].map(([to, facts]) => html`<p><b>${to}</b>: ${facts.join(" · ")}</p>`);
  }

  /** What is not known and would matter, the most important first; one key, one click or Q W=no answers.
   * @param {any} verdict @param {any} detail */
  #questions(verdict, detail) {
    const open = verdict.questions ?? [];
    if (!open.length || detail.status === "closed") return nothing;
    const row = (/** @type {any} */ question) => this.#question(question);
    return html`<ul class="questions" aria-label="Not known" @keydown=${this.#key}>${open.slice(0, FIRST).map(row)}</ul>
      ${open.length > FIRST
        ? html`<details><summary>${open.length - FIRST} more not known</summary><ul class="questions" @keydown=${this.#key}>${open.slice(FIRST).map(row)}</ul></details>`
        : nothing}`;
  }

  /** @param {any} question */
  #question({ fact, state, text, safety, values, could_become: worst }) {
    const answers = values.filter((/** @type {string} */ value) => !QUICK.includes(value));
    const where = `could become ${worst.level ? `level ${worst.level}, ` : ""}${this.app.label("responses", worst.response)}`;
    return html`<li data-fact=${fact} class=${safety ? "alarm" : ""} title=${where}>
        <b class="ask">${safety ? MARK[ofServer(this.app.desk.card?.question_late)] : ""} ${state === "unknown" ? "UNKNOWN" : "NOT ASKED"}</b>
        <span class="question">${text}</span> <span class="key">${KEY_OF_FACT[fact] ? `Q ${KEY_OF_FACT[fact]}=` : ""}</span>
        ${QUICK.filter((value) => values.includes(value)).map(
          (value) => html`<button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || this.#clicked(fact, value)}>${value === "denied" ? "no" : value}</button>`,
        )}
        <select aria-label=${`Answer: ${this.#label(fact)}; ${where}`} @keydown=${opensFirst} @change=${(/** @type {any} */ event) => this.#chosen(event, fact)}>
          <option value="">yes…</option>
          ${answers.map((/** @type {string} */ value) => html`<option value=${value}>${valueWords(value)}</option>`)}
        </select></li>`;
  }

  /** In the questions: N, U and Y answer, the letter of a question goes to it. @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.matches("select")) return; // its own keys choose
    const rows = /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".questions li")]);
    const at = rows.findIndex((row) => row.contains(target));
    const name = rows[at]?.dataset.fact;
    const letter = event.key.length === 1 ? event.key.toLowerCase() : "";
    const asked = /** @type {Record<string, string>} */ (QUESTION_KEYS)[letter.toUpperCase()];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step || asked) this.#ask(step ? rows[at + step] : rows.find((row) => row.dataset.fact === asked));
    else if (name && ANSWER_KEYS[letter]) this.#answer(name, ANSWER_KEYS[letter], true);
    else if (name && letter === "y") this.app.prefill(`Q #${this.app.desk.card?.number} ${KEY_OF_FACT[name] ?? name}=`, "which? ↓ and Enter choose");
    else return;
    event.preventDefault();
  }

  /** @param {HTMLElement | undefined} row */
  #ask(row) {
    row?.closest("details")?.setAttribute("open", "");
    row?.querySelector("button")?.focus();
  }

  /** A click answers and gives the keys back to the command line. @param {string} name @param {string} value */
  #clicked(name, value) {
    this.#answer(name, value);
    this.app.toLine();
  }

  /** Facts somebody stated or the text gave, the newest of each. @param {any} detail @returns {any[]} */
  #said(detail) {
    const newest = new Map();
    for (const row of detail.statements ?? []) {
      const old = newest.get(row.fact);
      if (!old || row.confirmed >= old.confirmed) newest.set(row.fact, row);
    }
    return [...newest.values()];
  }

  /** @param {any} card */
  #modes(card) {
    if (card.status === "closed") return nothing;
    return html`<p class="override"><label>Set the response
      <select @keydown=${opensFirst} @change=${(/** @type {any} */ event) => this.#mode(event, card)}>
        <option value="">${card.overridden ? "set by hand" : "as triage says"}</option>
        ${card.overridden ? html`<option value="triage">as triage says</option>` : nothing}
        ${(this.app.vocabulary?.responses ?? [])
          .filter((/** @type {any} */ response) => response.value)
          .map((/** @type {any} */ response) => html`<option value=${response.value}>${response.mode} ${response.label}</option>`)}
      </select></label> <span class="second">MODE; a lighter one needs a reason</span></p>`;
  }

  /** @param {any} event @param {any} card */
  #mode(event, card) {
    const word = WORD_OF_RESPONSE[event.target.value];
    event.target.value = "";
    if (word) this.app.prefill(`MODE #${card.number} ${word} `, "add a reason, then Enter");
  }

  /** @param {any} event @param {string} fact */
  #chosen(event, fact) {
    if (event.target.value) this.#clicked(fact, event.target.value);
    event.target.value = "";
  }

  /** @param {string} fact @param {any} value @param {boolean} [asking] by key: the next question follows */
  #answer(fact, value, asking = false) {
    const { card } = this.app.desk;
    this.asking = asking;
    this.app.execute(`Q #${card?.number} ${fact}=${value}`);
  }

  /** @param {string} name */
  #label(name) {
    return this.app.vocabulary?.facts.find((/** @type {any} */ fact) => fact.name === name)?.label ?? valueWords(name);
  }
}

customElements.define("care-triage", Triage);
