// @ts-check
/** One rule set: its rules as sentences, the chosen rule as a form, what is wrong with it, its cases and its next step. */

import { html, nothing } from "../../vendor/lit.js";
import { Leaf, when } from "./leaf.js";
import "./bench.js";
import "./form.js";
import "./trial.js";

const NEW_RULE = { title: "New rule", level: 3, services: ["police", "care"], when: { fact: "weapon", in: ["in_hand"] }, because: "", source: "" };

class Sheet extends Leaf {
  constructor() {
    super();
    this.chosen = 0;
    /** The step that waits for its reason or time. */ this.step = "";
  }

  render() {
    const { book } = this;
    const { open, body, checked } = book;
    this.chosen = Math.min(this.chosen, body.rules.length - 1);
    return html`<header>
        <a href="#/">← all rule sets</a>
        <h2 class=${book.may("change") ? "heard" : ""}>${open.name}</h2>
        ${book.may("change")
          ? html`<label class="name">Name <input maxlength="120" .value=${body.name} @change=${(/** @type {any} */ e) => book.edit((b) => (b.name = e.target.value))}></label>`
          : nothing}
        <span class="second">v${open.version} · revision ${open.revision} · ${open.in_force ? "decides now" : open.status}
          ${open.effective_at ? ` · in effect ${when(open.effective_at)}` : ""}${open.edited_by ? ` · last changed by ${open.edited_by.name}` : ""}</span>
        ${this.#steps()}
      </header>
      ${open.sent_back_reason ? html`<p class="alarm">Sent back: ${open.sent_back_reason}</p>` : nothing}
      <div class="columns">
        <section aria-labelledby="rules"><h3 id="rules">Rules <span class="second">${checked?.steps ?? "?"} of ${book.menus?.limits.steps} steps</span></h3>
          <ol class="rules">${body.rules.map((/** @type {any} */ rule, /** @type {number} */ place) => this.#line(rule, place))}</ol>
          ${book.may("change") ? html`<button type="button" @click=${() => this.#add()}>Add a rule</button>` : nothing}</section>
        <care-rule-form .place=${this.chosen}></care-rule-form>
        <section class="answers">${this.#problems()}${this.#cases()}<care-bench></care-bench><care-trial></care-trial></section>
      </div>`;
  }

  /** @param {any} rule @param {number} place */
  #line(rule, place) {
    const sentence = this.book.checked?.rules?.find((/** @type {any} */ one) => one.id === rule.id)?.plain;
    const wrong = this.book.checked?.problems?.some((/** @type {any} */ one) => one.rule === rule.id);
    return html`<li><button type="button" aria-pressed=${place === this.chosen} @click=${() => this.#choose(place)}>
      <b>${wrong ? "▲ " : ""}${rule.id}</b> ${rule.title}<span class="second">${sentence ?? "not yet a whole rule"}</span></button></li>`;
  }

  /** @param {number} place */
  #choose(place) {
    this.chosen = place;
    this.requestUpdate();
  }

  #add() {
    this.book.edit((body) => {
      const ids = new Set(body.rules.map((/** @type {any} */ rule) => rule.id));
      let number = 1;
      while (ids.has(`C${number}`)) number += 1;
      body.rules.push({ id: `C${number}`, ...structuredClone(NEW_RULE) });
    });
    this.#choose(this.book.body.rules.length - 1);
  }

  #problems() {
    const problems = this.book.checked?.problems ?? [];
    return html`<h3>${problems.length ? html`<span class="alarm">▲ ${problems.length} to put right before it can be saved</span>` : "Can be saved"}
        ${this.book.checking ? html`<span class="second">looking…</span>` : nothing}</h3>
      <ul class="problems">${problems.map((/** @type {any} */ one) => html`<li>${one.message}</li>`)}</ul>`;
  }

  #cases() {
    const cases = this.book.checked?.cases;
    if (!cases) return html`<h3>Must-pass cases</h3><p class="second">They run when the rules can be read.</p>`;
    return html`<h3>Must-pass cases: ${cases.failing.length ? html`<span class="alarm">✗ ${cases.failing.length} of ${cases.total} fail</span>` : `✓ ${cases.passed} of ${cases.total}`}</h3>
      <ul class="cases">${cases.failing.map((/** @type {any} */ one) => html`<li><b>${one.title}</b> <q>${one.narrative}</q>
        ${one.failures.map((/** @type {string} */ failure) => html`<span class="alarm">${failure}</span>`)}</li>`)}</ul>
      ${cases.heavier.length ? html`<details><summary>${cases.heavier.length} pass with more than they need</summary>
        <ul>${cases.heavier.map((/** @type {any} */ one) => html`<li>${one.title}</li>`)}</ul></details>` : nothing}`;
  }

  // --- the next step --------------------------------------------------------------------------------
  #steps() {
    const { book } = this;
    const ready = !book.dirty && !book.checked?.problems?.length;
    return html`<span class="steps">
      ${book.dirty ? html`<b>not saved</b>
        <button type="button" class="go" @click=${() => book.save()}>Save</button>
        ${book.base !== book.open.revision ? html`<button type="button" @click=${() => book.insist()}>Save over theirs</button>` : nothing}
        <button type="button" @click=${() => book.drop()}>Drop what I typed</button>` : nothing}
      ${book.may("submit") && ready ? html`<button type="button" @click=${() => book.act("submit")}>Submit for approval</button>` : nothing}
      ${book.may("approve") ? this.#button("approve", "Approve…") : nothing}
      ${book.open.status === "submitted" && !book.may("approve") ? html`<span class="second">A second person approves: you wrote or changed it.</span>` : nothing}
      ${book.may("send-back") ? this.#button("send-back", "Send back…") : nothing}
      ${book.may("roll-back") ? this.#button("roll-back", "Roll back…") : nothing}
      ${book.may("retire") && !book.may("roll-back") ? this.#button("retire", "Retire…") : nothing}
      ${this.step ? this.#ask() : nothing}</span>`;
  }

  /** @param {string} step @param {string} words */
  #button(step, words) {
    return html`<button type="button" aria-expanded=${this.step === step} @click=${() => { this.step = this.step === step ? "" : step; this.requestUpdate(); }}>${words}</button>`;
  }

  #ask() {
    const approving = this.step === "approve";
    return html`<form @submit=${(/** @type {Event} */ event) => this.#done(event)}>
      ${approving
        ? html`<label>In effect from <input type="datetime-local" name="effective_at"> <span class="second">empty: at once</span></label>`
        : html`<label>Why <input name="reason" required maxlength="500"></label>`}
      <button class="go">${approving ? "Approve" : this.step === "roll-back" ? "Roll back now" : "Go on"}</button></form>`;
  }

  /** @param {Event} event */
  async #done(event) {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    const fields = this.step === "approve" ? (said.effective_at ? { effective_at: new Date(String(said.effective_at)).toISOString() } : {}) : said;
    const step = this.step;
    this.step = "";
    await this.book.act(step, fields);
  }
}

customElements.define("care-sheet", Sheet);
