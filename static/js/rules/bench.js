// @ts-check
/** The test bench: what the saved rules would say of a story somebody pastes. Nothing is stored. */

import { html, nothing } from "../../vendor/lit.js";
import { Leaf } from "./leaf.js";

class Bench extends Leaf {
  constructor() {
    super();
    /** @type {any} */ this.answer = null;
    this.typed = { narrative: "", nature: "" };
  }

  render() {
    const { book } = this;
    return html`<h3>Test bench</h3>
      <form @submit=${(/** @type {Event} */ event) => this.#ask(event)}>
        <label>Call type <input name="nature" maxlength="120" .value=${this.typed.nature}></label>
        <label>Narrative <textarea name="narrative" maxlength="8000" .value=${this.typed.narrative}></textarea></label>
        <button>Try ${book.dirty ? `saved revision ${book.open.revision}` : "it"}</button></form>
      ${this.answer ? this.#said() : nothing}`;
  }

  #said() {
    const { verdict, facts } = this.answer;
    return html`<p><b>${verdict.level ? `Level ${verdict.level}` : "Own protocol"}: ${verdict.mode_label ?? verdict.response}</b> ${verdict.services.join(", ")}</p>
      <ul>${verdict.hits.map((/** @type {any} */ hit) => html`<li><b>${hit.id}</b> ${hit.because}</li>`)}</ul>
      <ul class="second">${facts.map((/** @type {any} */ fact) => html`<li>${fact.fact.replaceAll("_", " ")}: ${String(fact.value).replaceAll("_", " ")} <q>${fact.quote}</q></li>`)}</ul>`;
  }

  /** @param {Event} event */
  async #ask(event) {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    this.typed = /** @type {any} */ (said);
    this.answer = await this.book.try(this.typed);
    this.requestUpdate();
  }
}

customElements.define("care-bench", Bench);
