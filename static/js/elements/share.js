// @ts-check
/** Which partner cities see the open call, since when, and what they see of it: shared and ended by a button. */

import { html, nothing } from "../../vendor/lit.js";
import { post } from "../api.js";
import { Part, again } from "./part.js";

class Share extends Part {
  static properties = { sharing: { state: true } };

  constructor() {
    super();
    this.sharing = false;
  }

  render() {
    const { card, detail } = this.app.desk;
    if (!card || detail?.id !== card.id) return nothing;
    const shares = detail.shares ?? [];
    const sees = new Set(shares.map((/** @type {any} */ one) => one.agency));
    const others = (this.app.vocabulary?.agencies ?? []).filter((/** @type {any} */ one) => one.kind === "partner" && !sees.has(one.code));
    return html`${shares.map((/** @type {any} */ one) => this.#shared(one, card))}
      ${card.status === "closed" || !others.length ? nothing : html`<p><button type="button" class="plain" aria-expanded=${this.sharing} @click=${() => (this.sharing = !this.sharing)}>Share with a partner city</button></p>`}
      ${this.sharing ? this.#form(others, card) : nothing}`;
  }

  /** @param {any} one @param {any} card */
  #shared({ agency, name, shared_at: at, asked }, card) {
    const end = (/** @type {MouseEvent} */ event) => again(event) || this.#say("unshare", agency, `${name} sees call ${card.number} no more`);
    return html`<p class="panel" data-share=${agency}>⇄ <b>${name}</b> sees this call since ${this.app.time(at)}${asked ? html` <span class="second">· its unit ${asked} is asked for it</span>` : nothing}
      <button type="button" @click=${end}>End the share</button></p>`;
  }

  /** @param {any[]} others @param {any} card */
  #form(others, card) {
    return html`<form class="panel fields" @submit=${(/** @type {SubmitEvent} */ event) => this.#share(event, others, card)}>
      <p>From now on they see its number, nature, place, priority, status and times, and which units are on it.</p>
      <p class="second">They never see the narrative, who called, dangers, triage, cautions or what came of it.</p>
      <label>With <select name="agency">${others.map(({ code, name }) => html`<option value=${code}>${name}</option>`)}</select></label>
      <button class="go">Share call ${card.number}</button></form>`;
  }

  /** @param {SubmitEvent} event @param {any[]} others @param {any} card */
  async #share(event, others, card) {
    event.preventDefault();
    const agency = new FormData(/** @type {HTMLFormElement} */ (event.target)).get("agency");
    const { name } = others.find(({ code }) => code === agency);
    if (await this.#say("share", agency, `${name} sees call ${card.number} from now on`)) this.sharing = false;
  }

  /** @param {string} what @param {any} agency @param {string} words */
  #say(what, agency, words) {
    const { card } = this.app.desk;
    return this.app.attempt(async () => {
      await post(`/api/calls/${card.id}/${what}/`, { agency });
      return words;
    });
  }
}

customElements.define("care-share", Share);
