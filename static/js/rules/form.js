// @ts-check
/** The chosen rule as a form: when it speaks, what it asks for, and why. */

import { html, nothing } from "../../vendor/lit.js";
import { Leaf } from "./leaf.js";
import { about, added, chosenOf, group, leaf, put, replaced, shape, verbOf } from "./condition.js";

/** @typedef {import("./condition.js").Condition} Condition */

const KINDS = { all: "all of these", any: "any of these", none: "none of these", notall: "not all of these" };
const VERBS = { in: "is one of", at_least: "is this or worse", stated: "is stated at all" };

class RuleForm extends Leaf {
  static properties = { place: { attribute: false } };

  constructor() {
    super();
    this.place = 0;
  }

  get rule() {
    return this.book.body.rules[this.place];
  }

  render() {
    const { book, rule } = this;
    if (!rule || !book.menus) return nothing;
    const off = !book.may("change");
    return html`<section class="rule" aria-labelledby="rule"><h3 id="rule">${rule.id} ${rule.title}</h3>
      <fieldset ?disabled=${off}>
        <div class="row"><label>Id <input size="6" maxlength="12" .value=${rule.id} @change=${this.#text("id")}></label>
          <label class="wide">Title <input maxlength="80" .value=${rule.title ?? ""} @input=${this.#text("title")}></label></div>
        <h4>When</h4>
        ${this.#condition(rule.when, [])}
        <h4>Then</h4>
        <div class="row"><label>Level at least <select @change=${this.#level()}>
            ${[1, 2, 3, 4].map((level) => html`<option value=${level} ?selected=${rule.level === level}>${level} ${book.body.levels?.[level]?.label ?? ""}</option>`)}
            <option value="" ?selected=${rule.level == null}>no level of its own</option></select></label>
          ${this.#boxes("Send", "services")}</div>
        <div class="row"><label>Answer <select @change=${this.#text("answer")}><option value="">in person</option>
            ${book.menus.answers.map((/** @type {any} */ one) => html`<option value=${one.value} ?selected=${rule.answer === one.value}>${one.words}</option>`)}</select></label>
          ${this.#boxes("With", "capabilities")}</div>
        <label>Because <span class="second">(read aloud to whoever asks why)</span>
          <textarea maxlength="300" .value=${rule.because ?? ""} @input=${this.#text("because")}></textarea></label>
        <label>Source <input maxlength="200" .value=${rule.source ?? ""} @input=${this.#text("source")}></label>
        <p><button type="button" @click=${() => this.#takeOut()}>Take this rule out</button></p>
      </fieldset></section>`;
  }

  /** @param {(rule: any) => void} how */
  #change(how) {
    this.book.edit((body) => how(body.rules[this.place]));
  }

  /** @param {string} name */
  #text(name) {
    return (/** @type {any} */ event) => this.#change((rule) => {
      if (event.target.value || name !== "answer") rule[name] = event.target.value;
      else delete rule[name];
    });
  }

  #level() {
    return (/** @type {any} */ event) => this.#change((rule) => (rule.level = event.target.value ? Number(event.target.value) : null));
  }

  #takeOut() {
    this.book.edit((body) => body.rules.splice(this.place, 1));
  }

  /** @param {string} title @param {string} name */
  #boxes(title, name) {
    const chosen = this.rule[name] ?? [];
    return html`<fieldset class="boxes"><legend>${title}</legend>${this.book.menus[name].map((/** @type {any} */ one) => html`<label>
      <input type="checkbox" .checked=${chosen.includes(one.value)} @change=${() => this.#tick(name, one.value)}> ${one.words}</label>`)}</fieldset>`;
  }

  /** @param {string} name @param {string} value */
  #tick(name, value) {
    this.#change((rule) => {
      const chosen = new Set(rule[name] ?? []);
      if (!chosen.delete(value)) chosen.add(value);
      const order = this.book.menus[name].map((/** @type {any} */ one) => one.value);
      rule[name] = order.filter((/** @type {string} */ one) => chosen.has(one));
      if (name === "capabilities" && !rule[name].length) delete rule[name];
    });
  }

  // --- conditions -----------------------------------------------------------------------------------
  /** @param {Condition} condition @param {number[]} path @returns {any} */
  #condition(condition, path) {
    const found = shape(condition);
    return found.kind === "fact" ? this.#fact(found, path) : this.#group(found, path);
  }

  /** @param {import("./condition.js").Group} found @param {number[]} path */
  #group({ kind, parts }, path) {
    return html`<fieldset class="group"><legend><select aria-label="How these come together"
        @change=${(/** @type {any} */ event) => this.#put(path, group(event.target.value, parts))}>
        ${Object.entries(KINDS).map(([value, words]) => html`<option value=${value} ?selected=${value === kind}>${words}</option>`)}</select></legend>
      ${parts.map((part, place) => this.#condition(part, [...path, place]))}
      <p class="row"><button type="button" @click=${() => this.#add(path, about(this.#known("weapon")))}>+ fact</button>
        <button type="button" @click=${() => this.#add(path, group("any", [about(this.#known("weapon"))]))}>+ group</button>
        ${path.length ? html`<button type="button" @click=${() => this.#put(path, null)}>take this group out</button>` : nothing}</p></fieldset>`;
  }

  /** @param {import("./condition.js").Leaf} found @param {number[]} path */
  #fact({ not, fact }, path) {
    const known = this.#known(fact.fact);
    const values = known.values.map((/** @type {any} */ one) => one.value);
    const verb = verbOf(fact);
    return html`<div class="fact"><div class="row">
        <select aria-label="Fact" @change=${(/** @type {any} */ event) => this.#put(path, leaf(not, about(this.#known(event.target.value))))}>
          ${this.book.menus.facts.map((/** @type {any} */ one) => html`<option value=${one.name} ?selected=${one.name === fact.fact}>${one.label}</option>`)}</select>
        <label><input type="checkbox" .checked=${not} @change=${() => this.#put(path, leaf(!not, fact))}> not</label>
        <select aria-label="How" @change=${(/** @type {any} */ event) => this.#put(path, leaf(not, put(fact, event.target.value, values)))}>
          ${Object.entries(VERBS).filter(([value]) => values.length || value === "stated").filter(([value]) => value !== "at_least" || known.risk)
            .map(([value, words]) => html`<option value=${value} ?selected=${value === verb}>${words}</option>`)}</select>
        ${verb === "at_least" ? html`<select aria-label="At least" @change=${(/** @type {any} */ event) => this.#put(path, leaf(not, { ...fact, at_least: event.target.value }))}>
          ${known.values.map((/** @type {any} */ one) => html`<option value=${one.value} ?selected=${one.value === fact.at_least}>${one.words}</option>`)}</select>` : nothing}
        <button type="button" @click=${() => this.#put(path, null)} aria-label=${`Take out the condition on ${known.label}`}>✕</button>
        ${path.length ? nothing : html`<button type="button" @click=${() => this.#add(path, about(known))}>+ another condition</button>`}</div>
      ${verb === "in" ? this.#values(known, fact, not, path, values) : nothing}
      ${verb === "stated" ? nothing : html`<label class="second"><input type="checkbox" .checked=${Boolean(fact.default)} @change=${() => this.#put(path, leaf(not, withDefault(fact)))}> also when nobody has said</label>`}</div>`;
  }

  /** @param {any} known @param {Condition} fact @param {boolean} not @param {number[]} path @param {string[]} values */
  #values(known, fact, not, path, values) {
    const chosen = chosenOf(fact, values);
    const toggled = (/** @type {string} */ value) => {
      const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : values.filter((one) => one === value || chosen.includes(one));
      if (next.length) this.#put(path, leaf(not, { ...fact, in: next }));
      else this.requestUpdate();
    };
    return html`<div class="boxes">${known.values.map((/** @type {any} */ one) => html`<label>
      <input type="checkbox" .checked=${chosen.includes(one.value)} @change=${() => toggled(one.value)}> ${one.words}</label>`)}</div>`;
  }

  /** @param {number[]} path @param {Condition | null} condition */
  #put(path, condition) {
    this.#change((rule) => (rule.when = replaced(rule.when, path, condition) ?? about(this.#known("weapon"))));
  }

  /** @param {number[]} path @param {Condition} condition */
  #add(path, condition) {
    this.#change((rule) => (rule.when = added(rule.when, path, condition)));
  }

  /** @param {string} name */
  #known(name) {
    return this.book.menus.facts.find((/** @type {any} */ one) => one.name === name) ?? { name, label: name, values: [], risk: false };
  }
}

/** @param {Condition} fact */
function withDefault(fact) {
  const { default: before, ...rest } = fact;
  return before ? rest : { ...rest, default: true };
}

customElements.define("care-rule-form", RuleForm);
