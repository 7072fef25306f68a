// @ts-check
/** The calls this one belongs with: links, the duplicates merged into it, and one caller's part split off. */

import { html, nothing } from "../../vendor/lit.js";
import { post } from "../api.js";
import { Part, again } from "./part.js";

class Related extends Part {
  static properties = { splitting: { state: true } };

  constructor() {
    super();
    this.splitting = false;
  }

  render() {
    const { card, detail } = this.app.desk;
    if (!card) return nothing;
    const { links = [], merged = [] } = card;
    return html`<section class="related" aria-label="Calls that belong together">
      ${links.map((/** @type {any} */ link) => this.#link(link, card))}
      ${merged.length ? html`<p>⊂ Merged into this call: ${merged.map((/** @type {any} */ one) => html`<button type="button" class="plain" @click=${() => this.app.openCall(one.call_id)}>${one.number}</button> `)}</p>` : nothing}
      ${card.status === "closed" ? nothing : html`<p class="related-do">
        <button type="button" @click=${() => this.app.prefill(`LK #${card.number} `, "number of the other call; add merge: this one closes as its duplicate")}>Link or merge</button>
        <button type="button" aria-expanded=${this.splitting} @click=${() => (this.splitting = !this.splitting)}>Split off</button> <a href=${`/paper/calls/${card.id}/`} target="_blank">Print</a></p>`}
      ${this.splitting && detail ? this.#split(detail) : nothing}
    </section>`;
  }

  /** @param {any} link @param {any} card */
  #link({ call_id, number, kind }, card) {
    const { app } = this;
    return html`<p>⇄ <button type="button" class="plain" @click=${() => app.openCall(call_id)}>Call ${number}</button> ${app.label("link_kinds", kind).toLowerCase()}
      ${card.status !== "closed" && app.store.get("call", call_id)
        ? html`<button type="button" @click=${(/** @type {MouseEvent} */ event) => again(event) || app.execute(`LK #${number} #${card.number} unlink`)}>Unlink</button>`
        : nothing}</p>`;
  }

  /** @param {any} detail */
  #split(detail) {
    const notes = detail.narrative.filter((/** @type {any} */ note) => !note.sealed_at);
    return html`<form class="panel fields" @submit=${(/** @type {SubmitEvent} */ event) => this.#send(event, detail)}>
      <p class="second">A new call with these; this call keeps them too. What was answered here is not known there.</p>
      <label>Nature <input name="nature" required maxlength="300" value=${detail.nature}></label>
      <label>Location <input name="location" required maxlength="300" value=${detail.location}></label>
      ${detail.callers.map((/** @type {any} */ caller) => html`<label class="check"><input type="checkbox" name="callers" value=${caller.id}> Caller <bdi>${caller.name || caller.phone || "not named"}</bdi></label>`)}
      ${notes.map((/** @type {any} */ note) => html`<label class="check"><input type="checkbox" name="notes" value=${note.id}> <bdi>${note.text.slice(0, 90)}</bdi></label>`)}
      <button class="go">Split off a new call</button>
    </form>`;
  }

  /** @param {SubmitEvent} event @param {any} detail */
  async #send(event, detail) {
    event.preventDefault();
    const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const ids = (/** @type {string} */ name) => fields.getAll(name).map(Number);
    const body = { nature: fields.get("nature"), location: fields.get("location"), callers: ids("callers"), notes: ids("notes") };
    const done = await this.app.attempt(async () => {
      const made = await post(`/api/calls/${detail.id}/split/`, body);
      this.app.openCall(made.call_id);
      return `Call ${made.number} is split off from call ${detail.number}`;
    });
    if (done) this.splitting = false;
  }
}

customElements.define("care-related", Related);
