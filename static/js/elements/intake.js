// @ts-check
/** A new call: type and location are enough, every keystroke is kept, and triage answers while somebody types. */

import { html, live, nothing } from "../../vendor/lit.js";
import { newKey, post, request } from "../api.js";
import { QUESTION_KEYS, valueWords } from "../words.js";
import { Part } from "./part.js";
import "./place.js";
import "./suspects.js";

const FORM = "intake";
const PREVIEW_MS = 250;
const CALLER = ["name", "phone", "relation", "language"];
const NOT_ASKED = "none_reported";

/** @returns {Record<string, any>} */
function blank() {
  return { nature: "", location: "", location_detail: "", location_confirmed: false, origin: "", narrative: "", facts: {}, caller: {} };
}

/** Whether somebody said anything in it. @param {any} values */
function filled(values) {
  return Boolean(values && (values.nature || values.location || values.narrative || Object.keys(values.facts ?? {}).length));
}

class Intake extends Part {
  static properties = {
    values: { state: true }, preview: { state: true }, problem: { state: true }, busy: { state: true }, sure: { state: true },
  };

  constructor() {
    super();
    const { drafts } = this.app;
    const given = Object.fromEntries(Object.entries(this.app.intakePrefill ?? {}).filter(([, value]) => value));
    const starts = Object.keys(given).length > 0;
    // Another call than the one half typed: its facts and its caller are not this one's.
    if (starts && filled(drafts?.get(FORM)?.data)) drafts.park(FORM);
    this.values = { ...blank(), ...(starts ? {} : drafts?.get(FORM)?.data), ...given };
    /** @type {any} */
    this.preview = null;
    this.problem = "";
    this.busy = false;
    /** Discard was pressed once. */
    this.sure = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.asked = 0;
    if (starts) drafts?.keep(FORM, this.values);
  }

  firstUpdated() {
    this.focusOn(this.values.nature ? (this.values.location ? "[name=narrative]" : "[name=location]") : "[name=nature]");
    this.#look();
  }

  render() {
    const { values } = this;
    const natures = this.app.vocabulary?.natures ?? [];
    return html`<form class="intake" @submit=${this.#save} @keydown=${this.#key} novalidate>
      <header class="call-head"><h2>New call</h2>
        <button class="go" ?disabled=${this.busy}>Take call (Ctrl+Enter)</button>
        <button type="button" @click=${() => this.#close()}>Close, keep draft</button>
        <button type="button" @click=${() => this.#discard()}>${this.sure ? "Discard for good?" : "Discard"}</button></header>
      ${(this.app.drafts?.parked(FORM) ?? []).map((/** @type {any} */ draft) => this.#parked(draft))}
      ${this.problem ? html`<p class="alarm" role="alert">✗ ${this.problem}</p>` : nothing}
      <div class="fields">
        ${this.#text("nature", "Type", { list: "natures", required: true })}
        <datalist id="natures">${natures.map((/** @type {any} */ nature) => html`<option value=${nature.label}>${nature.code}</option>`)}</datalist>
        <care-place .value=${values.location} .set=${(/** @type {string} */ value) => this.#set("location", value)}></care-place>
        ${this.#text("location_detail", "Apartment, floor, landmark")}
        <label class="check"><input type="checkbox" .checked=${live(values.location_confirmed)} @change=${(/** @type {any} */ event) => this.#set("location_confirmed", event.target.checked)}> Address confirmed</label>
        <label>Came by <select .value=${live(values.origin || "911")} @change=${(/** @type {any} */ event) => this.#set("origin", event.target.value)}>
          ${(this.app.vocabulary?.origins ?? []).map((/** @type {any} */ origin) => html`<option value=${origin.value} ?selected=${origin.value === values.origin}>${origin.label}</option>`)}</select></label>
      </div>
      <care-suspects .of=${values} .attach=${(/** @type {any} */ call) => this.#attach(call)}></care-suspects>
      <label>What is happening
        <textarea name="narrative" rows="4" maxlength="20000" .value=${live(values.narrative)} @input=${(/** @type {any} */ event) => this.#set("narrative", event.target.value)}></textarea></label>
      ${this.#answer()}
      <fieldset class="questions"><legend>Ask</legend>${Object.entries(QUESTION_KEYS).map(([key, name]) => this.#fact(key, name))}</fieldset>
      <fieldset class="fields"><legend>Caller</legend>
        ${CALLER.map((name) => html`<label>${{ name: "Name", phone: "Phone", relation: "Relation", language: "Language" }[name]}
          <input name=${`caller-${name}`} autocomplete="off" maxlength="60" .value=${live(values.caller[name] ?? "")} @input=${(/** @type {any} */ event) => this.#caller(name, event.target.value)}></label>`)}
        <label>Safe to call back <select .value=${live(values.caller.safe_to_call ?? "unknown")} @change=${(/** @type {any} */ event) => this.#caller("safe_to_call", event.target.value)}>
          <option value="unknown">not known</option><option value="yes">yes</option><option value="no">no</option></select></label>
        <label class="check"><input type="checkbox" .checked=${live(Boolean(values.caller.do_not_disclose))} @change=${(/** @type {any} */ event) => this.#caller("do_not_disclose", event.target.checked)}> Do not disclose who called</label>
      </fieldset>
      <p class="second kept">${this.app.drafts?.get(FORM) ? "draft kept" : ""}</p>
    </form>`;
  }

  /** Another call, half typed and set aside. @param {any} draft */
  #parked(draft) {
    const { nature, location, narrative } = draft.data;
    return html`<p class="parked">Half typed: <b>${nature || "type not said"}</b> ${location || "place not said"}
      <span class="second">${narrative}</span>
      <button type="button" @click=${() => this.#take(draft)}>Go on with it</button></p>`;
  }

  /** @param {any} draft */
  #take(draft) {
    this.app.drafts.take(draft, FORM);
    this.app.openIntake();
  }

  /** @param {string} name @param {string} label @param {{list?: string, required?: boolean}} [options] */
  #text(name, label, { list, required } = {}) {
    return html`<label>${label}${required ? html` <span class="second">needed</span>` : nothing}
      <input name=${name} autocomplete="off" maxlength="300" list=${list ?? nothing} aria-required=${required ? "true" : "false"}
        .value=${live(this.values[name])} @input=${(/** @type {any} */ event) => this.#set(name, event.target.value)}></label>`;
  }

  /** One question; what the text says stands beside it until somebody confirms. @param {string} key @param {string} name */
  #fact(key, name) {
    const fact = this.app.vocabulary?.facts.find((/** @type {any} */ known) => known.name === name);
    if (!fact) return nothing;
    const read = this.preview?.facts.find((/** @type {any} */ found) => found.fact === name);
    const given = this.values.facts[name];
    return html`<label><span>${key} ${fact.label}</span>
      <select aria-label=${fact.question} data-fact=${name} .value=${live(given ?? "")} @change=${(/** @type {any} */ event) => this.#state(name, event.target.value)}>
        <option value="">${read ? `text: ${valueWords(read.value)}` : "not asked"}</option>
        ${fact.values
          .filter((/** @type {string} */ value) => value !== NOT_ASKED)
          .map((/** @type {string} */ value) => html`<option value=${value} ?selected=${value === given}>${value === "denied" ? "no" : valueWords(value)}</option>`)}
      </select>
      ${read?.quote && given === undefined ? html`<q class="second">${read.quote}</q>` : nothing}</label>`;
  }

  /** What triage would say now. */
  #answer() {
    const verdict = this.preview?.verdict;
    if (!verdict) return html`<p class="preview second">Triage answers here while you type.</p>`;
    const reasons = (verdict.hits ?? []).map((/** @type {any} */ hit) => `${hit.id} ${hit.title}`).join(" · ");
    return html`<p class="preview" aria-live="off"><b class="mode">${verdict.mode}</b> ${verdict.mode_label}${verdict.level ? `, level ${verdict.level}` : ""}
      <span class="second">${reasons}</span></p>`;
  }

  /** @param {string} name @param {any} value */
  #set(name, value) {
    this.values = { ...this.values, [name]: value };
    this.problem = "";
    this.sure = false;
    this.app.drafts.keep(FORM, this.values);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#look(), PREVIEW_MS);
  }

  /** @param {string} name @param {any} value */
  #caller(name, value) {
    this.#set("caller", { ...this.values.caller, [name]: value });
  }

  /** @param {string} name @param {string} value */
  #state(name, value) {
    const { [name]: _, ...others } = this.values.facts;
    this.#set("facts", value ? { ...others, [name]: value } : others);
  }

  async #look() {
    const { nature, narrative, facts } = this.values;
    const asked = (this.asked += 1);
    if (!nature.trim() && !narrative.trim() && !Object.keys(facts).length) {
      this.preview = null;
      return;
    }
    try {
      const found = await post("/api/triage/preview/", { nature: nature.trim(), narrative, facts });
      if (asked === this.asked) this.preview = found;
    } catch {
      if (asked === this.asked) this.preview = null; // the call is triaged anyway once it is taken
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    event.preventDefault();
    const likeliest = /** @type {any} */ (this.querySelector("care-suspects"))?.calls[0];
    if (!event.shiftKey) this.#save(event);
    else if (likeliest) this.#attach(likeliest);
    else this.app.echo(false, "No open call is listed to attach this one to.");
  }

  /** @param {Event} event */
  #save(event) {
    event.preventDefault();
    return this.#send("/api/calls/", (made) => `Call ${made.number ?? ""} taken`);
  }

  /** One more caller about an open call: it gets a number, and goes on there. @param {any} call */
  #attach(call) {
    return this.#send(`/api/calls/${call.id}/attach/`, (made) => `Taken as call ${made.attached ?? ""} and attached to call ${call.number}`);
  }

  /** @param {string} path @param {(made: any) => string} said */
  async #send(path, said) {
    if (this.busy) return;
    const { nature, location } = this.values;
    if (!nature.trim() || !location.trim()) {
      this.problem = `A call needs ${nature.trim() ? "its location" : "its type"}.`;
      this.focusOn(nature.trim() ? "[name=location]" : "[name=nature]");
      return;
    }
    this.busy = true;
    try {
      // The draft is the intent: taken again after a lost answer, or after the page was loaded anew, it is one call.
      const key = this.app.drafts.get(FORM)?.id ?? newKey();
      const made = await request("POST", path, this.#body(), { key });
      this.app.drafts.wipe(FORM);
      this.app.echo(true, said(made));
      this.app.openCall(made.call_id);
      this.app.toLine();
    } catch (error) {
      this.#refused(/** @type {any} */ (error));
    } finally {
      this.busy = false;
    }
  }

  /** What was typed stays, whatever went wrong. @param {any} error */
  #refused(error) {
    if (error.code === "key_reused" && error.data.result?.number) {
      this.app.drafts.renew(FORM);
      const taken = `Call ${error.data.result.number} was taken already when no answer came`;
      this.problem = `${taken}. What you changed since is only here: add it there as a note, or take it as another call.`;
      this.app.echo(false, `${taken}; look at it before you take another.`);
      return;
    }
    this.problem = error.message;
    this.app.echo(false, `The call is not taken: ${this.problem} What you typed is kept.`);
  }

  #body() {
    const { nature, caller, facts, ...rest } = this.values;
    const known = this.app.vocabulary?.natures.find((/** @type {any} */ one) => one.label.toLowerCase() === nature.trim().toLowerCase());
    const said = Object.fromEntries(Object.entries(caller).filter(([, value]) => value !== "" && value !== false));
    const body = { ...rest, nature: nature.trim(), type_code: known?.code ?? "", draft: this.app.drafts.get(FORM)?.id };
    return Object.fromEntries(
      Object.entries({ ...body, ...(Object.keys(facts).length && { facts }), ...(Object.keys(said).length && { caller: said }) }).filter(
        ([, value]) => value !== "" && value !== undefined && value !== 0,
      ),
    );
  }

  #close() {
    this.app.showCall();
    this.app.toLine();
  }

  /** Pressed twice when something is typed. */
  #discard() {
    if (filled(this.values) && !this.sure) {
      this.sure = true;
      return;
    }
    this.app.drafts.wipe(FORM);
    this.#close();
  }
}

customElements.define("care-intake", Intake);
