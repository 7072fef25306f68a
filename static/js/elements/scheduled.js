// @ts-check
/** Calls taken for later: on no board until shortly before their time. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { post, read } from "../api.js";
import { Part } from "./part.js";

const REFRESH_MS = 15_000;

class Scheduled extends Part {
  static properties = { calls: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {any[] | null} */
    this.calls = null;
    this.problem = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#load();
    this.timer = setInterval(() => this.#load(), REFRESH_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  async #load() {
    try {
      this.calls = (await read("/api/scheduled/")).calls;
      this.problem = "";
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
  }

  render() {
    const calls = this.calls ?? [];
    return html`<h2>Scheduled ${calls.length}</h2>
      ${this.problem ? html`<p class="alarm" role="status">${this.problem}</p>` : nothing}
      <p class="second">${this.calls && !calls.length ? "Nothing is scheduled. LATER puts a call off." : "Each comes to the board by itself, with an alert."}</p>
      <ul class="owed">${repeat(calls, (call) => call.id, (call) => html`<li>
        <b>${this.#when(call.scheduled_for)}</b>
        <button type="button" class="plain" @click=${() => this.app.openCall(call.id)}>${call.number}<span class="heard"> open call</span></button>
        P${call.priority.replace("P", "")} ${call.nature} · ${call.location} <span class="second">${call.hold_reason}</span>
        <button type="button" @click=${() => this.#act(call, "bring-back", {}, "is on the board")}>to the board now</button>
        <button type="button" @click=${() => this.#act(call, "cancel", { reason: "no longer needed" }, "is cancelled")}>cancel: no longer needed</button>
      </li>`)}</ul>
      <button type="button" @click=${() => this.app.showCall()}>Back to the call</button>`;
  }

  /** Day and time in the center's own zone. @param {string} moment */
  #when(moment) {
    const timeZone = this.app.me?.center.time_zone;
    return new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(moment));
  }

  /** @param {any} call @param {string} path @param {any} body @param {string} said */
  async #act(call, path, body, said) {
    await this.app.attempt(async () => {
      await post(`/api/calls/${call.id}/${path}/`, body);
      return `Call ${call.number} ${said}`;
    });
    await this.#load();
  }
}

customElements.define("care-scheduled", Scheduled);
