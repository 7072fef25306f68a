// @ts-check
/** A rule set on past calls (backtest) and beside live ones (shadow run). Nothing it says is sent to anybody. */

import { html, nothing } from "../../vendor/lit.js";
import { post, read } from "../api.js";
import { valueWords } from "../words.js";
import { Leaf, when } from "./leaf.js";

const LOOK_MS = 1000;
const DAY_MS = 86_400_000;
const DIRECTION = { lighter: "▽ lighter", heavier: "△ heavier", mixed: "◇ both", same: "= alike" };

class Trial extends Leaf {
  constructor() {
    super();
    /** @type {any} */ this.backtest = null;
    /** @type {any} */ this.shadow = null;
    /** @type {any[]} */ this.differences = [];
    /** Verdicts that were opened, by id. @type {Map<number, any>} */ this.opened = new Map();
    /** The rule set this was fetched for. */ this.of = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  willUpdate() {
    const { open } = this.book;
    if (open && this.of !== open.id) {
      this.of = open.id;
      [this.backtest, this.shadow, this.differences] = [null, null, []];
      this.opened.clear();
      this.#find();
    }
  }

  render() {
    const { open } = this.book;
    if (!open || open.status === "retired") return nothing;
    return html`<h3>On past calls</h3>
      <form class="row" @submit=${(/** @type {Event} */ event) => this.#ask(event)}>
        <label>From <input type="date" name="from" required .value=${day(Date.now() - 30 * DAY_MS)}></label>
        <label>to <input type="date" name="to" required .value=${day(Date.now())}></label>
        <button>Backtest revision ${open.revision}</button></form>
      ${this.backtest ? this.#past(this.backtest) : nothing}
      <h3>Beside live calls</h3>
      ${this.shadow && !this.shadow.stopped_at
        ? html`<p>Since ${when(this.shadow.started_at)}: ${this.shadow.compared} calls compared, <b>${this.shadow.different} differ</b>
            <button type="button" @click=${() => this.#live("stop")}>Stop the shadow run</button></p>`
        : html`<p><button type="button" @click=${() => this.#live("start")}>Run it in the shadow</button>
            <span class="second">It judges every new call beside the rules in force; nothing is sent.</span></p>`}
      ${this.shadow?.last_error ? html`<p class="alarm">${this.shadow.last_error}</p>` : nothing}
      <ul>${this.differences.map((one) => html`<li>${this.#call(one)} ${answer(one.published)} → ${answer(one.draft)}
        ${one.care_alone ? html`<b class="alarm">CARE alone</b>` : nothing}</li>`)}</ul>`;
  }

  /** @param {any} run */
  #past(run) {
    const going = ["waiting", "running"].includes(run.status);
    const { result } = run;
    return html`<p><label>${going ? "Backtest running" : `Backtest ${run.status}`}: ${run.done} of ${run.total || "…"} calls
        <progress max=${run.total || 1} value=${run.done}></progress></label>
        ${going ? html`<button type="button" @click=${() => this.#stop()}>Stop</button>` : nothing}
        ${run.error ? html`<span class="alarm">${run.error}</span>` : nothing}</p>
      ${result ? html`<p class="outcome"><b>${result.changed} of ${result.compared} calls change</b>: ${result.lighter} lighter, ${result.heavier} heavier, ${result.mixed} both;
          ${result.care_alone ? html`<b class="alarm">▲ CARE newly alone on ${result.care_alone}</b>` : "CARE newly alone on none"}</p>
        <ul class="cases">${result.changes.map((/** @type {any} */ change) => html`<li>${change.care_alone ? html`<b class="alarm">▲ CARE alone</b>` : nothing}
          ${/** @type {Record<string, string>} */ (DIRECTION)[change.direction]} <b>${change.n}×</b> ${answer(change.from)} → ${answer(change.to)}
          <details><summary>which</summary>${change.calls.map((/** @type {any} */ call) => html`${this.#call(call)} `)}</details></li>`)}</ul>
        ${Object.entries(result.splits).map(([by, rows]) => html`<details><summary>By ${by}</summary><table><tbody>
          ${/** @type {any[]} */ (rows).map((row) => html`<tr><td>${row.label}</td><td>${row.changed} of ${row.n} change</td><td>${row.lighter} lighter</td><td>${row.heavier} heavier</td></tr>`)}
          </tbody></table></details>`)}` : nothing}`;
  }

  /** Each opens to what was known and what the rules say of it; who may open calls can open the call itself. @param {any} call */
  #call({ call_id: id, number, verdict_id: verdict }) {
    const found = this.opened.get(verdict);
    return html`<details @toggle=${(/** @type {any} */ event) => event.target.open && this.#open(verdict)}><summary>call ${number}</summary>
      ${found ? html`<p>Known: ${found.facts.map((/** @type {any} */ one) => `${one.label}: ${[one.value].flat().map(valueWords).join(" and ")}`).join(", ") || "nothing"}.</p>
        <p>Then${found.then.version ? ` (v${found.then.version})` : ""}: ${answer(found.then)}, by ${hits(found.then)}.</p>
        <p>This set: ${answer(found.now)}, by ${hits(found.now)}.</p>` : nothing}
      ${this.book.me?.tier === "dispatch" ? html`<a href=${`/#call-${id}`} target="_blank">Open the call</a>` : nothing}</details>`;
  }

  /** @param {number} verdict */
  async #open(verdict) {
    const found = await this.book.attempt(() => read(`/api/rule-sets/${this.book.open.id}/verdicts/${verdict}/`));
    if (found) this.opened.set(verdict, found);
    this.requestUpdate();
  }

  // --- asking ---------------------------------------------------------------------------------------
  async #find() {
    const { id } = this.book.open;
    try {
      const [{ backtests }, { shadow_runs: runs }] = await Promise.all([read("/api/backtests/"), read("/api/shadow-runs/")]);
      this.backtest = backtests.find((/** @type {any} */ one) => one.rule_set.id === id) ?? null;
      this.shadow = runs.find((/** @type {any} */ one) => one.rule_set.id === id) ?? null;
    } catch {
      this.of = 0; // asked again with the next change of the page
    }
    this.#look();
  }

  /** @param {Event} event */
  async #ask(event) {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    const to = Math.min(Date.parse(`${said.to}T23:59:59`), Date.now() - 1000);
    const fields = { rule_set: this.book.open.id, received_from: new Date(`${said.from}T00:00`).toISOString(), received_to: new Date(to).toISOString() };
    await this.book.attempt(async () => {
      const { backtest_id: id } = await post("/api/backtests/", fields);
      this.backtest = await read(`/api/backtests/${id}/`);
    });
    this.#look();
  }

  async #stop() {
    await this.book.attempt(() => post(`/api/backtests/${this.backtest.id}/stop/`));
    this.#look();
  }

  /** @param {"start" | "stop"} what */
  async #live(what) {
    await this.book.attempt(() => (what === "start" ? post("/api/shadow-runs/", { rule_set: this.book.open.id }) : post(`/api/shadow-runs/${this.shadow.id}/stop/`)));
    await this.#find();
  }

  /** Look again while something runs. */
  async #look() {
    clearTimeout(this.timer);
    try {
      if (this.backtest) this.backtest = await read(`/api/backtests/${this.backtest.id}/`);
      if (this.shadow) {
        this.shadow = await read(`/api/shadow-runs/${this.shadow.id}/`);
        ({ differences: this.differences } = await read(`/api/shadow-runs/${this.shadow.id}/differences/`));
      }
    } catch {
      // It is looked at again; what was there stays.
    }
    this.requestUpdate();
    const going = ["waiting", "running"].includes(this.backtest?.status) || (this.shadow && !this.shadow.stopped_at);
    if (going && this.isConnected) this.timer = setTimeout(() => this.#look(), LOOK_MS);
  }
}

/** @param {any} said */
function answer({ level, response, services }) {
  return `${level ? `level ${level}` : "own protocol"} ${response.replaceAll("_", " ")} (${services.join(", ") || "nobody"})`;
}

/** @param {any} said */
function hits(said) {
  return said.hits.map((/** @type {any} */ hit) => `${hit.id} ${hit.title || hit.because}`).join(", ") || "no rule";
}

/** @param {number} at */
function day(at) {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 10);
}

customElements.define("care-trial", Trial);
