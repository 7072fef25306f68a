// @ts-check
/** All rule sets of the center: which decides now, what waits for a second person, and what a draft can start from. */

import { html, nothing } from "../../vendor/lit.js";
import { request } from "../api.js";
import { Leaf, when } from "./leaf.js";
import "./overrides.js";

/** @type {Record<string, string>} */
const STATE = { draft: "✎ draft", submitted: "◐ waits for a second person", approved: "✓ approved", retired: "– retired" };

class Shelf extends Leaf {
  constructor() {
    super();
    /** Keys of what is compared. @type {Set<string>} */ this.chosen = new Set();
    /** @type {any} */ this.compared = null;
  }

  render() {
    const { book } = this;
    return html`<section aria-labelledby="sets"><h2 id="sets">Rule sets</h2>
        <table><thead><tr><th>Compare</th><th>Version</th><th>Name</th><th>State</th><th>By</th><th>In effect</th><th>Draft</th></tr></thead>
        <tbody>${book.sets.map((row) => this.#row(row))}</tbody></table></section>
      <section aria-labelledby="templates"><h2 id="templates">Start from a published framework</h2>
        <ul class="templates">${book.templates.map((one) => html`<li>
          <label><input type="checkbox" .checked=${this.chosen.has(one.code)} @change=${() => this.#choose(one.code)}> compare</label>
          <b>${one.name}</b> <span class="second">${one.about} ${one.note ?? ""}</span>
          <button type="button" @click=${() => book.draft({ template: one.code })}>Start a draft</button></li>`)}</ul></section>
      <p><button type="button" aria-disabled=${this.chosen.size < 2} @click=${() => this.#compare()}>Compare what is ticked on the must-pass cases</button></p>
      ${this.compared ? this.#differences() : nothing}
      <care-overrides></care-overrides>`;
  }

  /** @param {any} row */
  #row(row) {
    const last = row.approved_by ?? row.submitted_by ?? row.edited_by ?? row.author;
    return html`<tr class=${row.in_force ? "force" : ""}>
      <td><input type="checkbox" aria-label=${`Compare version ${row.version}`} .checked=${this.chosen.has(String(row.id))}
        @change=${() => this.#choose(String(row.id))}></td>
      <td>v${row.version}</td>
      <td><a href=${`#/${row.id}`}>${row.name}</a> ${row.center ? nothing : html`<span class="second">every center</span>`}</td>
      <td>${row.in_force ? html`<b>● decides now</b>` : STATE[row.status]}${row.retired_reason ? html` <span class="second">${row.retired_reason}</span>` : nothing}
        ${row.sent_back_reason ? html` <span class="second">sent back: ${row.sent_back_reason}</span>` : nothing}</td>
      <td>${last?.name ?? "the product"}</td>
      <td>${row.status === "approved" ? when(row.effective_at) : nothing}</td>
      <td><button type="button" @click=${() => this.book.draft({ rule_set: row.id })}>Start a draft from it</button></td></tr>`;
  }

  /** @param {string} key */
  #choose(key) {
    if (!this.chosen.delete(key)) this.chosen.add(key);
    this.requestUpdate();
  }

  async #compare() {
    if (this.chosen.size < 2) return;
    const keys = [...this.chosen];
    const sides = { rule_sets: keys.filter((key) => /^\d+$/.test(key)).map(Number), templates: keys.filter((key) => !/^\d+$/.test(key)) };
    this.compared = await this.book.attempt(() => request("POST", "/api/rule-sets/compare/", sides));
    this.requestUpdate();
  }

  #differences() {
    const { columns, differences, total, alike } = this.compared;
    return html`<section aria-labelledby="differ"><h2 id="differ">${differences.length} of ${total} cases differ, ${alike} are alike</h2>
      <table><thead><tr><th>Case</th>${columns.map((/** @type {any} */ column) => html`<th>${column.name}</th>`)}</tr></thead>
      <tbody>${differences.map((/** @type {any} */ one) => html`<tr><td>${one.title || one.name}</td>${columns.map((/** @type {any} */ { key }) => {
        const answer = one.answers[key];
        return html`<td>${answer.level ? `${answer.label ?? ""} (level ${answer.level})` : "own protocol"}: ${answer.services.join(", ") || "nobody"}
          <span class="second">${answer.rules.join(" ")}</span></td>`;
      })}</tr>`)}</tbody></table></section>`;
  }
}

customElements.define("care-shelf", Shelf);
