// @ts-check
/** The narrative, oldest first, with what is still on its way; the note box keeps every keystroke until the note is saved. */

import { html, nothing } from "../../vendor/lit.js";
import { post } from "../api.js";
import { Part } from "./part.js";

class Notes extends Part {
  static properties = { call: { type: Number }, sealing: { state: true } };

  constructor() {
    super();
    /** @type {number | null} */
    this.call = null;
    /** @type {number | null} the note whose sealing is being written */
    this.sealing = null;
  }

  get form() {
    return `note:${this.call}`;
  }

  get box() {
    return /** @type {HTMLTextAreaElement | null} */ (this.querySelector("textarea"));
  }

  firstUpdated() {
    const draft = this.app.drafts?.get(this.form);
    if (draft && this.box) this.box.value = draft.data.text ?? "";
  }

  render() {
    const { app } = this;
    const written = app.desk.detail?.narrative ?? [];
    const waiting = app.outbox?.waiting(this.call) ?? [];
    const draft = app.drafts?.get(this.form);
    return html`<section class="panel notes" aria-labelledby="notes-title">
      <h3 id="notes-title">Narrative</h3>
      <ol>
        ${written.map((/** @type {any} */ note) => this.#note(note))}
        ${waiting.map((/** @type {any} */ note) => html`<li class="waiting"><span class="second">${app.time(note.at)} not sent yet</span> ${note.text}</li>`)}
      </ol>
      <label class="heard" for="note-box">Note</label>
      <textarea id="note-box" placeholder="Add a note (F9); Ctrl+Enter saves it" maxlength="20000" @input=${this.#typed} @keydown=${this.#key}></textarea>
      <p class="second"><button type="button" @click=${this.#save}>Save note</button>
        ${draft ? html`<span class="kept">draft kept${draft.sent ? "" : " here"}</span>` : nothing}</p>
    </section>`;
  }

  /** @param {any} note */
  #note(note) {
    const { app } = this;
    return html`<li>
      <span class="second">${app.time(note.written_at)} ${note.position || note.author}${note.audience === "shared" ? "" : ` · ${app.label("audiences", note.audience)}`}</span>
      ${note.sealed_at ? html`<i>sealed ${app.time(note.sealed_at)}; its text is gone</i>` : html`<span class="text">${note.text}</span>`}
      ${note.sealed_at || note.author === "system"
        ? nothing
        : html`<button type="button" class="plain quiet" aria-expanded=${this.sealing === note.id} @click=${() => (this.sealing = this.sealing === note.id ? null : note.id)}>seal…</button>`}
      ${this.sealing === note.id
        ? html`<form @submit=${(/** @type {SubmitEvent} */ event) => this.#seal(event, note.id)}>
            <label>Why does this text have to go? <input name="reason" required maxlength="300"></label>
            <button>Seal for good</button></form>`
        : nothing}
    </li>`;
  }

  /** @param {SubmitEvent} event @param {number} id */
  async #seal(event, id) {
    event.preventDefault();
    const reason = new FormData(/** @type {HTMLFormElement} */ (event.target)).get("reason");
    const done = await this.app.attempt(async () => {
      await post(`/api/narrative/${id}/seal/`, { reason });
      return "The text is gone; that it was there stays in the log";
    });
    if (done) this.sealing = null;
    this.app.desk.refresh(0);
  }

  #typed() {
    const text = this.box?.value ?? "";
    this.app.drafts.keep(this.form, text ? { text } : null);
    this.requestUpdate();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    event.preventDefault();
    this.#save();
  }

  #save() {
    const text = this.box?.value.trim();
    if (!text || this.call === null || !this.box) return;
    this.app.note(this.call, text);
    this.box.value = "";
    this.app.drafts.wipe(this.form);
    this.app.echo(true, `Note on call ${this.app.desk.card?.number}`);
  }
}

customElements.define("care-notes", Notes);
