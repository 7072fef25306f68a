// @ts-check
/** Every alert of the last day with who answered it and how soon, and the positions that cover the center. */

import { html, nothing, repeat } from "../../vendor/lit.js";
import { read } from "../api.js";
import { Part } from "./part.js";

const REFRESH_MS = 10_000;

class AlertLog extends Part {
  static properties = { log: { state: true }, consoles: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {any} */
    this.log = null;
    /** @type {any[]} */
    this.consoles = [];
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
      [this.log, { consoles: this.consoles }] = await Promise.all([read("/api/alerts/log/"), read("/api/consoles/")]);
      this.problem = "";
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
  }

  render() {
    const { log } = this;
    return html`<div class="alert-log"><h2>Alert log, 24 hours</h2>
      ${this.problem ? html`<p class="alarm" role="status">${this.problem}</p>` : nothing}
      <p>Covering now: ${this.consoles.length ? [...new Set(this.consoles.map(({ position }) => position || "?"))].join(", ") : "no console"}</p>
      ${log ? html`${this.#numbers(log.numbers)}${this.#table(log.alerts)}` : nothing}
      <button type="button" @click=${() => this.app.showCall()}>Back to the call</button></div>`;
  }

  /** @param {any} numbers */
  #numbers({ raised, acknowledged, acknowledged_nothing_done, per_10_min, most_in_10_min, by_position }) {
    const each = by_position.map((/** @type {any} */ row) => `${row.position || "?"} ${row.acknowledged} (${row.most_in_10_min} at most in 10 min)`);
    return html`<p>${raised} raised, ${per_10_min.toFixed(1)} in 10 minutes, ${most_in_10_min} at most. ${acknowledged} acknowledged,
      ${acknowledged_nothing_done} with nothing done after it. ${each.length ? `Answered by ${each.join(", ")}.` : ""}</p>`;
  }

  /** @param {any[]} alerts */
  #table(alerts) {
    const { app } = this;
    return html`<table><thead><tr><th>Raised</th><th>Alert</th><th>Seen</th><th>Answered</th></tr></thead>
      <tbody>${repeat(alerts, (row) => row.id, (row) => html`<tr>
        <td>${app.time(row.raised_at)}</td>
        <td>${row.text} <span class="second">${row.state}${row.escalated_to ? ", escalated" : ""}${row.end_reason ? `, ${app.label("end_reasons", row.end_reason)}` : ""}${row.shelve_reason ? `: ${row.shelve_reason}` : ""}</span></td>
        <td>${row.seen_at ? `${row.seen_by} ${app.time(row.seen_at)}` : "–"}</td>
        <td>${row.acknowledged_at ? `${row.acknowledged_by} after ${Math.round(row.acknowledged_seconds)} s` : "–"}</td></tr>`)}</tbody></table>`;
  }
}

customElements.define("care-alert-log", AlertLog);
